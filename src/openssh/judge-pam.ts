import { quoteShell } from '../core/quote-shell.ts'
import { asSignetError, type SignetError } from '../core/signet-error.ts'
import type { FrontProblem } from './front-problem.ts'
import { mayAdmit } from './pam-admits.ts'
import { listIncludes, type PamFiles, type PamKind, parsePamStack } from './parse-pam-stack.ts'

/** PAM's files of a host: first root's own, then those that packages bring and root's go before. */
export interface PamDirectories {
  readonly own: PamFiles
  readonly vendor: PamFiles
}

const judgeAgain = 'signet signer-account'
const common = 'common-account'
/** What the package's profile puts in, for whatever includes the file; and the same for a service that does not. */
const commonRule = [
  'account [success=1 default=ignore] pam_succeed_if.so quiet user != signer',
  'account required pam_succeed_if.so quiet service = sshd',
] as const
const ownRule = 'account required pam_succeed_if.so quiet user != signer'
/** What editors, dpkg and pam-auth-update leave beside a file, which no program asks for. */
const leftover = /~$|\.(dpkg-\w+|ucf-\w+|pam-old|bak|old|orig|save|sw[op])$/

/** Whether PAM keeps the account `signer` out of every service but sshd, and lets it in there, where sshd asks PAM. Pure. */
export function judgePam(directories: PamDirectories, doesSshdAsk = true): readonly FrontProblem[] {
  const files = new Map([...directories.vendor, ...directories.own])
  const open = findOpen(files)
  return [
    ...(open.length === 0 ? [] : [ajar(open, directories)]),
    ...findUnclear(files),
    ...(doesSshdAsk ? judgeSshdStack(files) : []),
  ]
}

function findOpen(files: PamFiles): readonly string[] {
  return findServices(files).filter((service) => service !== 'sshd' && admits(files, service, 'account') === true)
}

// What is not understood is not shown to keep anybody out.
function findUnclear(files: PamFiles): readonly FrontProblem[] {
  const failures = findServices(files).flatMap((service) => {
    const found = service === 'sshd' ? false : admits(files, service, 'account')
    return typeof found === 'boolean' ? [] : [found]
  })
  const byMessage = new Map(failures.map((failure) => [failure.message, failure]))
  return [...byMessage.values()].map(({ message, hint = '' }) => ({
    ...unsafe,
    what: `whether PAM keeps the account signer, which has no password, out is not known: ${message}`,
    fix: `${hint}; mend it, then: ${judgeAgain}`,
  }))
}

// Whoever becomes the account signer by su, from any account of this host, tells the endpoint any address.
const unsafe = {
  check: 'signer-account',
  level: 'broken',
  locks: true,
  why: 'any account of this host could become the account signer, and tell the endpoint any address of the control plane',
} as const

// Debian's `common-*` are what services include. Another file that one includes may be a service too, as su-l includes su.
function findServices(files: PamFiles): readonly string[] {
  const services = [...files.keys()].filter((name) => !name.startsWith('common-') && !leftover.test(name))
  // libpam takes it for every program that has no file.
  return [...new Set([...services, 'other'])].toSorted()
}

function admits(files: PamFiles, service: string, kind: PamKind): boolean | SignetError {
  try {
    return mayAdmit(parsePamStack(files, service, kind), { service, kind })
  } catch (error) {
    return asSignetError(error)
  }
}

function ajar(services: readonly string[], directories: PamDirectories): FrontProblem {
  const what = `PAM does not keep the account signer, which has no password, out of ${services.map(quoteShell).join(', ')}`
  return { ...unsafe, what, fix: `${fixFor(services, directories)} && ${judgeAgain}` }
}

// By hand, for pam-auth-update leaves a file alone that was edited; as the first lines, so that nothing goes before them.
function fixFor(services: readonly string[], { own, vendor }: PamDirectories): string {
  const files = new Map([...vendor, ...own])
  const text = files.get(common)
  const mended = text === undefined ? files : new Map([...files, [common, [...commonRule, text].join('\n')]])
  const left = findOpen(mended)
  const copies = left
    .filter((name) => !own.has(name) && vendor.has(name))
    .map((name) => quoteShell(`/usr/lib/pam.d/${name}`))
  // What sshd includes too must let signer in there.
  const ofSshd = findIncluded(files, 'sshd')
  return [
    ...(copies.length === 0 ? [] : [`cp ${copies.join(' ')} /etc/pam.d/`]),
    ...insert(commonRule, [
      ...(left.length < services.length ? [common] : []),
      ...left.filter((one) => ofSshd.has(one)),
    ]),
    ...insert(
      [ownRule],
      left.filter((one) => !ofSshd.has(one)),
    ),
  ].join(' && ')
}

function insert(lines: readonly string[], names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  return [`sed -i '1i ${lines.join('\\n')}' ${names.map((name) => quoteShell(`/etc/pam.d/${name}`)).join(' ')}`]
}

function findIncluded(files: PamFiles, service: string): ReadonlySet<string> {
  const found = new Set<string>([service])
  // What is added meanwhile is gone through as well.
  for (const name of found) for (const included of listIncludes(files.get(name) ?? '')) found.add(included)
  return found
}

// Hardened hosts take `nullok` out of what all services include. For signer alone, and in sshd alone, which takes an empty
// password from nobody else; by pam_unix, so that a locked account stays locked.
const sshdRule = [
  'auth [success=ignore default=1] pam_succeed_if.so quiet user = signer',
  'auth sufficient pam_unix.so nullok',
] as const

function judgeSshdStack(files: PamFiles): readonly FrontProblem[] {
  const kind = (['auth', 'account'] as const).find((each) => admits(files, 'sshd', each) === false)
  if (kind === undefined) return []
  const what = `PAM lets nobody into sshd as the account signer: the ${kind} lines of /etc/pam.d/sshd`
  const fix =
    kind === 'auth'
      ? insert(sshdRule, ['sshd']).join('')
      : 'see which: grep -nE "^(account|@include)" /etc/pam.d/sshd /etc/pam.d/common-account'
  return [{ check: 'signer-account', level: 'broken', locks: false, what, why: 'callers get "Permission denied"', fix }]
}

import { quoteUntrusted } from '../core/quote-untrusted.ts'
import type { FrontProblem } from './front-problem.ts'
import type { SignerAccount } from './parse-signer-account.ts'

/** In the password field, it locks the account and says that Signet did: what others lock stays locked. */
export const lockedBySignet = '!signet'

/** What is told of an account that Signet has locked. */
export const lockedWhat = 'Signet has locked the account signer'

const open = 'signet signer-account --open'
const shell = '/usr/bin/signet-relay'
const home = '/usr/share/signet'
const closed = 'callers get "Permission denied"'

/** Whether the account is what callers through sshd need, and nobody else is it. Pure. */
export function judgeSignerAccount(account: SignerAccount | undefined): readonly FrontProblem[] {
  if (account === undefined)
    return [problem('this host has no account signer of its own', closed, 'dpkg-reconfigure signet-server')]
  return [
    ...judgeOthers(account),
    ...judgeShell(account),
    ...judgePassword(account.password),
    ...(account.mayExpire ? [expires] : []),
  ]
}

// The endpoint's socket is open to the group, and a process can be taken over by whoever runs as the same user.
function judgeOthers({ namesakes, companions }: SignerAccount): readonly FrontProblem[] {
  const why = 'it can tell the endpoint any address of the control plane'
  return [
    ...namesakes.map((other) =>
      problem(`${print(other)} has the same user id as the account signer`, why, `usermod --uid NEW ${print(other)}`),
    ),
    ...companions.map((other) =>
      problem(`${print(other)} is in the group of the account signer`, why, leaveGroup(print(other))),
    ),
  ]
}

function leaveGroup(other: string): string {
  return `gpasswd --delete ${other} signer; where it is its first group: usermod --gid OTHER ${other}`
}

function judgeShell({ shell: found, home: place }: SignerAccount): readonly FrontProblem[] {
  if (found === shell && place === home) return []
  const what = `the account signer has the login shell ${print(found)} and the home ${print(place)}`
  const why = `sshd runs the forced command by it: it must be ${shell}, which does nothing else, and a home that is root's`
  return [problem(what, why, `usermod --shell ${shell} --home ${home} signer`)]
}

function judgePassword(password: string): readonly FrontProblem[] {
  if (password === '') return []
  if (password === lockedBySignet) return [problem(lockedWhat, closed, 'signet signer-account')]
  const isLocked = password.startsWith('!') || password.startsWith('*')
  const what = isLocked ? 'the account signer is locked, and not by Signet' : 'the account signer has a password'
  return [problem(what, closed, open)]
}

const expires = problem(
  'the password of the account signer, which is none, can expire',
  'sshd then asks callers for a new one',
  'chage --lastday 2000-01-01 --maxdays -1 --inactive -1 signer',
)

function problem(what: string, why: string, fix: string): FrontProblem {
  return { check: 'signer-account', level: 'broken', locks: false, what, why, fix }
}

function print(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quoteUntrusted(text)
}

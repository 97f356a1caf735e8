import type { PairCommands } from '../../../client/pair/pair-commands.ts'
import { type Finding, well } from '../../../core/finding.ts'
import { quoteShell } from '../../../core/quote-shell.ts'
import type { InspectedFile, InspectedPair } from '../../inspect/inspect-pair.ts'
import type { FileOwners } from '../../inspect/inspect-pairs.ts'

/** Whether the files of a pair are there and readable, and whether only the right accounts can read or change them. Pure. */
export function judgeFiles(pair: InspectedPair, { trustedUids, readerUid }: FileOwners): readonly Finding[] {
  const { key, certificate, ca, commands } = pair
  const findings = [
    ...[key, certificate, ca].flatMap((inspected) => judgePresence(inspected, pair)),
    ...judgeKeyMode(key, commands),
    ...[key, certificate, ca].flatMap((inspected) => judgeWriters(inspected, trustedUids)),
    ...judgeReader(key, { trustedUids, readerUid }),
    ...judgeLink(certificate),
  ]
  if (findings.length > 0) return findings
  return [well('files', `${key.path} can be read by its owner only; nobody else can change the files`)]
}

function judgePresence(
  { path, file, problem, remedy }: InspectedFile<unknown>,
  { kind, commands }: Pick<InspectedPair, 'kind' | 'commands'>,
): readonly Finding[] {
  if (problem !== undefined) {
    return [
      {
        check: 'files',
        level: 'broken',
        what: problem,
        why: 'etcd and its clients read it at every handshake',
        fix: remedy ?? `ls -l ${quoteShell(path)}`,
      },
    ]
  }
  if (file !== undefined) return []
  const fix = kind === 'client' ? commands.request : `${commands.renew} --force`
  return [
    {
      check: 'files',
      level: 'broken',
      what: `there is no ${path}`,
      why: 'without it no handshake with etcd succeeds',
      fix,
    },
  ]
}

function judgeKeyMode({ path, file }: InspectedFile<unknown>, { newKey }: PairCommands): readonly Finding[] {
  if (file === undefined || (file.mode & 0o077) === 0) return []
  return [
    {
      check: 'file-modes',
      level: 'broken',
      what: `the key ${path} can be read by other accounts (mode ${formatMode(file.mode)})`,
      why: 'whoever reads it can pose as this host, and renewing refuses it',
      fix: `chmod 600 ${quoteShell(path)}; if somebody may have read it: ${newKey}`,
    },
  ]
}

function judgeWriters({ path, file }: InspectedFile<unknown>, trustedUids: readonly number[]): readonly Finding[] {
  if (file === undefined) return []
  const why = 'another account could put its own key, certificate or CA in its place'
  if ((file.mode & 0o022) !== 0) {
    const what = `${path} can be changed by other accounts (mode ${formatMode(file.mode)})`
    return [{ check: 'file-modes', level: 'broken', what, why, fix: `chmod go-w ${quoteShell(path)}` }]
  }
  if (trustedUids.includes(file.uid)) return []
  const what = `${path} belongs to account ${file.uid}, not to ${trustedUids.join(' or ')}`
  return [
    {
      check: 'file-owner',
      level: 'broken',
      what,
      why,
      fix: `chown ${trustedUids[0] ?? 0} ${quoteShell(path)}`,
    },
  ]
}

// A key of mode 0600 that belongs to root is one that etcd, which is not root, cannot read.
function judgeReader(
  { path, file }: InspectedFile<unknown>,
  { trustedUids, readerUid }: FileOwners,
): readonly Finding[] {
  if (file === undefined || readerUid === undefined || file.uid === readerUid) return []
  if (!trustedUids.includes(file.uid)) return []
  const what = `the key ${path} belongs to account ${file.uid}, and etcd runs as ${readerUid}`
  return [
    {
      check: 'file-owner',
      level: 'broken',
      what,
      why: 'etcd cannot read it',
      fix: `chown ${readerUid} ${quoteShell(path)}`,
    },
  ]
}

function judgeLink({ path, leadsTo }: InspectedFile<unknown>): readonly Finding[] {
  if (leadsTo === undefined) return []
  const what = `${path} is a link to ${leadsTo}`
  const why = `renewing puts a file in its place, and ${leadsTo} is not renewed`
  const fix = `let whoever reads ${leadsTo} read ${path}; then: cp --remove-destination ${quoteShell(leadsTo)} ${quoteShell(path)}`
  return [{ check: 'file-link', level: 'attention', what, why, fix }]
}

function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

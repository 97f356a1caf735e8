import type { MemberPair } from '../../cluster/member-pair.ts'
import { formatRows } from '../../core/format-rows.ts'
import type { MemberPairRow } from './list-pairs.ts'
import type { ClosePlan, CloseRow } from './plan-close.ts'
import { isNeeded, type ReleasePlan } from './plan-release.ts'

/** What closing joins would write, line by line, for whoever is asked. */
export function formatClosePlan({ rows, unlisted, voters }: ClosePlan): readonly string[] {
  const cells = rows.map((row) => [row.name || '-', row.address ?? '-', row.since ?? '-', row.isTaken ? 'yes' : 'NO'])
  return [
    ...formatRows([['MEMBER', 'ADDRESS', 'SINCE (JOURNAL)', 'STAYS A MEMBER'], ...cells]),
    ...rows.filter(({ isTaken }) => !isTaken).map((row) => `${label(row)} is left out: ${row.reason ?? ''}`),
    ...rows.filter(hasNoLine).map((row) => `${label(row)} has no line in this signer's journal: see that you know it`),
    ...unlisted.map(({ name, address }) => `${name} at ${address} stays in signet.yaml; etcd does not list it`),
    ...(voters < 3 ? [`${votersText(voters)}: add the third first, or later: signet joins open --for 1h`] : []),
  ]
}

function votersText(voters: number): string {
  return voters === 1 ? 'only one member votes' : 'only two members vote'
}

function hasNoLine({ isTaken, since }: CloseRow): boolean {
  return isTaken && since === null
}

function label({ name, address }: CloseRow): string {
  return name === '' ? `the unstarted member at ${address ?? 'no address'}` : name
}

/** What a release ends, or has ended. */
export function formatRelease(plan: ReleasePlan, isDryRun: boolean): readonly string[] {
  const { name, held, pair, isListKnown } = plan
  if (!isNeeded(plan)) return [`nobody else holds ${name}: there is nothing to release`]
  return [
    ...(isListKnown ? [] : ['warning: etcd was not asked: see that this is no member of it']),
    ...(held === undefined ? [] : [`${name} ${isDryRun ? 'would be' : 'is'} free${holderOf(held)}`]),
    ...(pair === undefined
      ? []
      : [`${name} at ${pair.address} ${isDryRun ? 'would be' : 'was'} taken out of signet.yaml`]),
  ]
}

function holderOf({ address }: MemberPair): string {
  return address === '' ? '' : `: ${address} held it by the journal`
}

/** Who holds which name, as a table; nothing where nobody holds any. */
export function formatPairs(rows: readonly MemberPairRow[]): readonly string[] {
  if (rows.length === 0) return []
  const cells = rows.map(({ name, address, isConfigured, role, since, expiry, reservedUntil }) => [
    name,
    address,
    isConfigured ? 'yes' : '-',
    role ?? '-',
    since ?? '-',
    expiry ?? '-',
    reservedUntil ?? '-',
  ])
  return formatRows([
    ['MEMBER', 'ADDRESS', 'SIGNET.YAML', 'ETCD', 'HELD SINCE', 'HELD UNTIL', 'RESERVED UNTIL'],
    ...cells,
  ])
}

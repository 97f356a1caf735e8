import { formatBytes } from '../../core/byte-count.ts'
import { countOf } from '../../core/count-of.ts'
import { formatRows } from '../../core/format-rows.ts'
import type { FoundSnapshot } from './found-snapshot.ts'
import type { ListedSnapshot } from './list-snapshots.ts'
import type { PruneResult } from './prune-snapshots.ts'

/** The snapshots of this host as a table; `tellAge` says how long ago a time is. */
export function formatList(listed: readonly ListedSnapshot[], tellAge: (timeMs: number) => string): readonly string[] {
  if (listed.length === 0) return ['there is no snapshot here: signet snapshot save']
  const rows = listed.map((one) => [
    one.file,
    tellAge(Date.parse(one.time)),
    one.revision,
    formatBytes(one.bytes),
    signerOf(one),
    remarksOf(one),
  ])
  return formatRows([['FILE', 'AGE', 'REVISION', 'SIZE', 'SIGNED BY', ''], ...rows])
}

/** What was pruned, or would be, what was not, and what stays. */
export function formatPruned(result: PruneResult, isDryRun: boolean): readonly string[] {
  const { keep, remove, ahead } = result
  const stay = [...keep, ...ahead]
  return [
    ...remove.map(({ name }) => `${isDryRun ? 'would remove' : 'removed'} ${name}`),
    ...ahead.map(({ name }) => `${name} stays: its time has not come, so that a clock was wrong`),
    ...warningsOf(result),
    `${countOf(stay.length, 'snapshot stays', 'snapshots stay')}, ${formatBytes(sizeOf(stay))}`,
  ]
}

/** What a save tells of what it pruned; nothing where there is nothing to tell. */
export function formatRemoved(result: PruneResult): readonly string[] {
  const { remove } = result
  const removed = `removed ${countOf(remove.length, 'older snapshot')}, ${formatBytes(sizeOf(remove))}`
  return [...(remove.length === 0 ? [] : [removed]), ...warningsOf(result)]
}

function warningsOf({ unproven }: PruneResult): readonly string[] {
  if (unproven.length === 0) return []
  const many = countOf(unproven.length, 'snapshot')
  return [`${many} would go, but none of those that stay is whole; see each: signet snapshot verify FILE`]
}

function signerOf({ signedBy, signature }: ListedSnapshot): string {
  return signedBy ?? { none: 'nobody', unjudged: 'not judged', bad: 'not right', good: '' }[signature]
}

function remarksOf({ fault, isCopied, isLastDrilled, isAhead }: ListedSnapshot): string {
  return [
    ...(isCopied ? ['copied'] : []),
    ...(isLastDrilled ? ['drilled'] : []),
    ...(isAhead ? ['named for the future'] : []),
    ...(fault === null ? [] : [fault]),
  ].join(', ')
}

function sizeOf(snapshots: readonly FoundSnapshot[]): number {
  return snapshots.reduce((sum, { bytes }) => sum + bytes, 0)
}

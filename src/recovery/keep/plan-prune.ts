import type { FoundSnapshot } from './found-snapshot.ts'
import { type KeepPlan, type KeepRule, planKeep } from './plan-keep.ts'

/** What a cluster's snapshots may take, and what is needed now. */
export interface PruneLimits {
  readonly rule: Omit<KeepRule, 'budgetBytes'>
  /** What root set; undefined where nobody did. */
  readonly maxBytes: number | undefined
  /** The size of their file system. */
  readonly totalBytes: number
  /** Of the snapshot that is about to be taken; 0 where none is. */
  readonly incomingBytes: number
  /** What is lacking before that has its room, and etcd its own. */
  readonly missingBytes: number
}

const copies = 12
const shareOfDisk = 0.2

/**
 * What becomes of one cluster's snapshots, before one more is taken, or without. Its room is what they may take in all; where
 * the disk has less, as many more go as that needs, but none where even one that is left would be too many: history is not
 * given for a snapshot that is refused all the same. Pure.
 */
export function planPrune(found: readonly FoundSnapshot[], limits: PruneLimits): KeepPlan {
  const budgetBytes = mostBytes(found, limits) - limits.incomingBytes
  const plan = planKeep(found, { ...limits.rule, budgetBytes })
  const stillMissing = limits.missingBytes - sum(plan.remove)
  if (stillMissing <= 0) return plan
  const fittingBytes = sum(plan.keep) - stillMissing
  if (fittingBytes < (plan.keep[0]?.bytes ?? 0)) return plan
  return planKeep(found, { ...limits.rule, budgetBytes: Math.min(budgetBytes, fittingBytes) })
}

// Of the largest, not the newest: a database that was defragmented must not cost the history of what it was.
function mostBytes(found: readonly FoundSnapshot[], { maxBytes, totalBytes, incomingBytes }: PruneLimits): number {
  if (maxBytes !== undefined) return maxBytes
  const largest = Math.max(incomingBytes, ...found.map(({ bytes }) => bytes))
  return Math.min(Math.floor(totalBytes * shareOfDisk), copies * largest)
}

function sum(snapshots: readonly FoundSnapshot[]): number {
  return snapshots.reduce((bytes, one) => bytes + one.bytes, 0)
}

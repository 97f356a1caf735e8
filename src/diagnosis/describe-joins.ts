import { areJoinsOpen } from '../core/joins-window.ts'

/** Whether joins are open, as people read it: of `open`, `closed`, or the time until which they are open. */
export function describeJoins(joins: string, nowMs: number): string {
  const state = `joins are ${areJoinsOpen(joins, nowMs) ? 'open' : 'closed'}`
  if (joins === 'open' || joins === 'closed') return state
  return `${state} ${areJoinsOpen(joins, nowMs) ? 'until' : 'since'} ${new Date(joins).toISOString().replace('.000Z', 'Z')}`
}

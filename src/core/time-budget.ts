/** What is left of the time in which all of something must end, whole milliseconds; never less than one. */
export type RemainingMs = () => number

/** A budget that begins now, or at another moment of performance.now(), whose zero is the start of the process. */
export function startBudget(totalMs: number, startedAtMs = performance.now()): RemainingMs {
  return () => Math.max(1, Math.floor(startedAtMs + totalMs - performance.now()))
}

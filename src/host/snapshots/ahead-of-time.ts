/** Hosts' clocks are corrected by less. */
const toleratedAheadMs = 10 * 60_000

/** Whether what bears a time was named by a clock that was ahead, or the clock is behind now. Pure. */
export function isAheadOfTime(takenAtMs: number, nowMs: number): boolean {
  return takenAtMs > nowMs + toleratedAheadMs
}

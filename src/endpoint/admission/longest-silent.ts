/** A caller who has a place, as far as silence goes. */
export interface PlaceHolder {
  /** Since when we wait for this caller, by the monotonic clock; undefined while the caller waits for us. */
  readonly silentSinceMs: number | undefined
  readonly hasLoggedIn: boolean
}

/** Of those who have been silent for long enough, whoever has not logged in, then whoever has been silent longest. */
export function findLongestSilent<T extends PlaceHolder>(holders: Iterable<T>, silentBeforeMs: number): T | undefined {
  let found: T | undefined
  for (const holder of holders) {
    const { silentSinceMs } = holder
    if (silentSinceMs !== undefined && silentSinceMs <= silentBeforeMs && goesBefore(holder, found)) found = holder
  }
  return found
}

function goesBefore(holder: PlaceHolder, other: PlaceHolder | undefined): boolean {
  if (other === undefined) return true
  if (holder.hasLoggedIn !== other.hasLoggedIn) return other.hasLoggedIn
  return (holder.silentSinceMs ?? 0) < (other.silentSinceMs ?? 0)
}

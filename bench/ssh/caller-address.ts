/** How long a client waits for its answer. */
export const callTimeoutMs = 60_000

/** Where a call comes from: as many masters as there are calls in a minute, each with an address of its own. */
export function callerAddress(index: number): string {
  return `127.${1 + (process.pid % 200)}.${(index >> 8) % 256}.${1 + (index % 250)}`
}

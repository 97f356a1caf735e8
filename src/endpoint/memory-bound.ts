import type { LimitSettings } from '../host/signet-config.ts'

const mebibyte = 1024 * 1024

/**
 * What the endpoint may take of memory: far more than any load needs. Measured at the default limits, where it is 768 MiB:
 * 100 MB idle, 160 MB with 4,000 callers at once, 200 MB with 250 that send 3 MB each.
 */
export function planMemoryBound({ connections, served }: LimitSettings): number {
  const perConnectionBytes = 64 * 1024
  return 256 * mebibyte + served * mebibyte + connections * perConnectionBytes
}

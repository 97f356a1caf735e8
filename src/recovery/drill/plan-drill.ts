import { formatBytes } from '../../core/byte-count.ts'
import { SignetError } from '../../core/signet-error.ts'

/** What is known before a drill begins. */
export interface DrillFacts {
  readonly fileBytes: number
  /** Whether it is decrypted first, so that it takes its room twice. */
  readonly isEncrypted: boolean
  readonly freeBytes: number
  /** What etcd must keep on the same file system; 0 where it is on another. */
  readonly reservedBytes: number
  readonly directory: string
  /** How long an earlier drill took, and of how much. */
  readonly earlier: { readonly bytes: number; readonly durationMs: number } | undefined
}

/** What a drill takes. */
export interface DrillNeeds {
  readonly neededBytes: number
  readonly expectedMs: number
  /** How long it may take at most, each of its steps within that. */
  readonly limitMs: number
  readonly quotaBytes: number
}

/** What etcd lays out beside its database: two files of its log (server/storage/wal, SegmentSizeBytes), and some more. */
const besideBytes = 3 * 64_000_000
const leastMs = 5000
const quietBytesAMs = 60_000
const gibibyte = 1024 ** 3

/** What a drill needs, told before it begins. Throws `configuration` where the host has no room for it. Pure. */
export function planDrill(facts: DrillFacts): DrillNeeds {
  const { fileBytes, isEncrypted, freeBytes, reservedBytes, directory, earlier } = facts
  const neededBytes = fileBytes * (isEncrypted ? 2 : 1) + besideBytes
  if (freeBytes < neededBytes + reservedBytes) {
    const etcds =
      reservedBytes === 0 ? '' : `, and etcd on the same file system must keep ${formatBytes(reservedBytes)}`
    const has = `${directory} has ${formatBytes(freeBytes)} free`
    throw new SignetError('configuration', `${has}; a drill needs ${formatBytes(neededBytes)}${etcds}`, {
      hint: 'make room there, or try the snapshot on another host: signet snapshot drill FILE',
    })
  }
  const expectedMs = expect(fileBytes, earlier)
  // A machine that is busy takes ten times as long; what takes longer hangs.
  return {
    neededBytes,
    expectedMs,
    limitMs: Math.ceil(120_000 + 10 * expectedMs),
    quotaBytes: 2 * fileBytes + gibibyte,
  }
}

function expect(fileBytes: number, earlier: DrillFacts['earlier']): number {
  const guessed = leastMs + fileBytes / quietBytesAMs
  if (earlier === undefined || earlier.bytes === 0) return guessed
  return Math.max(earlier.durationMs, (earlier.durationMs * fileBytes) / earlier.bytes)
}

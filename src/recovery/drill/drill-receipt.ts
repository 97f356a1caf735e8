import type { JudgedSignature } from '../sidecar/read-signer.ts'
import type { DrillComparison } from './compare-drill.ts'

/** What a drill proved, and when. */
export interface DrillReceipt extends JudgedSignature {
  readonly time: string
  /** What was restored, as it was typed or found. */
  readonly file: string
  readonly isEncrypted: boolean
  readonly bytes: number
  /** Of the snapshot itself, decrypted where it was not. */
  readonly sha256: string
  readonly revision: string
  /** When it was taken, and of which etcd; null where no sidecar tells. */
  readonly takenAt: string | null
  readonly takenOf: string | null
  /** What restored it, and what was started from that. */
  readonly restoredWith: string
  readonly etcdVersion: string
  readonly comparisons: readonly DrillComparison[]
  /** Milliseconds of each part. */
  readonly durations: DrillDurations
}

export interface DrillDurations {
  readonly decryptMs: number
  readonly verifyMs: number
  readonly restoreMs: number
  readonly startMs: number
  readonly readMs: number
  readonly totalMs: number
}

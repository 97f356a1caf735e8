import { backdateMs } from '../protocol/certificate-profile.ts'

// How far the clocks of this host and of a signer may be apart, and what ends there. Smallest first.

/** Synchronised clocks are never this far apart: doctor tells, and a host does not become a member. */
export const noticeableSkewMs = 60_000

/** A certificate that begins later than now is taken all the same; half of what it is dated back, so that both may be wrong. */
export const toleratedSkewMs = backdateMs / 2

/** With clocks further apart a new certificate is not valid here, though it is dated back. */
export const uselessSkewMs = backdateMs

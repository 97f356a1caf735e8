// How far the clocks of this host and of a signer may be apart, and what ends there. Smallest first.

/** Synchronised clocks are never this far apart: doctor tells, and a host does not become a member. */
export const noticeableSkewMs = 60_000

/** A certificate that begins later than now is taken all the same; half of what it is dated back, so that both may be wrong. */
export const toleratedSkewMs = 5 * 60_000

/** A certificate begins ten minutes before it is signed: with clocks further apart a new one is not valid here. */
export const uselessSkewMs = 10 * 60_000

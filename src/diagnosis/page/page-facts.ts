import type { Finding } from '../../core/finding.ts'
import type { HostDescription } from '../describe-host.ts'

/** What a host is, as far as its certificates and its authority tell. */
export type PageRole = 'signer' | 'member' | 'master' | 'nothing'

/** All that the page says. */
export interface PageFacts {
  /** When the host was looked at. */
  readonly nowMs: number
  /** Of Signet. */
  readonly version: string
  readonly hostName: string
  readonly role: PageRole
  readonly host: HostDescription
  readonly findings: readonly Finding[]
  /** When renewing is due, by the certificate's path; only where something renews it. */
  readonly renewals: ReadonlyMap<string, number>
  /** How long the signer makes masters' certificates live; undefined where that is not known. */
  readonly clientLifetimeSeconds: number | undefined
  /** Whether the timer has it written, which on a master asks nobody else. */
  readonly isByTimer: boolean
}

const believedMs = 5 * 60_000

/**
 * Until when a page may be believed: five minutes, or less where something that it tells of ends before. Whoever reads it later
 * reads of another time, and a page cannot know the time without a script. Pure.
 */
export function planBelief({ host, nowMs }: Pick<PageFacts, 'host' | 'nowMs'>): number {
  const ends = [...host.certificates, ...host.cas].map(({ notAfter }) => notAfter)
  const times = [...ends, host.horizon?.at ?? '', host.joins?.setting ?? ''].map((time) => Date.parse(time))
  return Math.min(nowMs + believedMs, ...times.filter((timeMs) => timeMs > nowMs))
}

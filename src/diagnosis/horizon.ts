import type { InspectedAuthority } from './inspect/inspect-authority.ts'

/** How long the masters go on if the signer is lost now, as the signer's journal tells; fit for JSON. */
export interface HostHorizon {
  /** When the first master fails, which one it is, and how far away that is; null where no master is known that renews. */
  readonly at: string | null
  readonly name: string | null
  readonly seconds: number | null
  /** On how many masters that rests. */
  readonly masters: number
  /** For how many it is not known: they have not renewed twice under one key, as all that a new signer has just met. */
  readonly unknownFor: number
}

/** The horizon, on the signer; null elsewhere, and where the authority does not tell. For the page, `status` and metrics. Pure. */
export function describeHorizon(authority: InspectedAuthority | undefined, nowMs: number): HostHorizon | null {
  if (authority === undefined || 'failure' in authority || authority.metrics === undefined) return null
  const { masters, first } = authority.metrics
  const expiryMs = first === null ? Number.NaN : Date.parse(first.expiry)
  const isKnown = first !== null && !Number.isNaN(expiryMs)
  return {
    at: isKnown ? new Date(expiryMs).toISOString() : null,
    name: isKnown ? first.name : null,
    seconds: isKnown ? Math.round((expiryMs - nowMs) / 1000) : null,
    masters: masters.well,
    unknownFor: masters.unproven,
  }
}

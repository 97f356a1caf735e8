import type { ToldHorizon } from '../authority/describe-authority.ts'
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
  /** How many have expired within a week. */
  readonly expired: number
  /** False where the journal was read because no authority answers. */
  readonly isSignerUp: boolean
}

/** The horizon, on the signer; null elsewhere, and where neither the authority nor its journal tells. For the page, `status` and metrics. Pure. */
export function describeHorizon(authority: InspectedAuthority | undefined, nowMs: number): HostHorizon | null {
  const told = authority === undefined ? undefined : readTold(authority)
  if (authority === undefined || told === undefined) return null
  const { masters, first } = told
  const expiryMs = first === null ? Number.NaN : Date.parse(first.expiry)
  const isKnown = first !== null && !Number.isNaN(expiryMs)
  return {
    at: isKnown ? new Date(expiryMs).toISOString() : null,
    name: isKnown ? first.name : null,
    seconds: isKnown ? Math.round((expiryMs - nowMs) / 1000) : null,
    masters: masters.well,
    unknownFor: masters.unproven,
    expired: masters.expired,
    isSignerUp: !('failure' in authority),
  }
}

function readTold(authority: InspectedAuthority): ToldHorizon | undefined {
  return 'failure' in authority ? authority.journal : authority.metrics
}

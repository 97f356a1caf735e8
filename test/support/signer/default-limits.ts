import {
  type EmbeddedLimits,
  planEmbeddedLimits,
  planRelayLimits,
  type RelayLimits,
} from '../../../src/endpoint/admission/front-limits.ts'
import { type LimitSettings, parseConfig } from '../../../src/host/signet-config.ts'

/** `endpoint.limits`, where `signet.yaml` says nothing of them. */
export const defaultSettings: LimitSettings = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test').endpoint
  .limits

/** What each front then keeps to. */
export const defaultEmbeddedLimits: EmbeddedLimits = planEmbeddedLimits(defaultSettings)
export const defaultRelayLimits: RelayLimits = planRelayLimits(defaultSettings)

import { asSignetError } from '../../core/signet-error.ts'
import { formatCaBundle } from '../../x509/ca-bundle.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { warnOfStaleServers } from '../apiserver/warn-of-stale-servers.ts'
import { askEndpoints } from '../ask/ask-endpoints.ts'
import { askKnownSigners } from '../ask/ask-known-signers.ts'
import type { ClientState } from '../client-state.ts'
import type { ClientWorld } from '../client-world.ts'
import type { ClientKey } from '../pair/client-key.ts'
import { installVerified } from '../pair/install-verified.ts'
import { requireInstallable } from '../pair/require-installable.ts'
import { saveState } from '../saved-state.ts'
import { keepPolicy } from './kept-policy.ts'
import { readInstalled, readTrusted } from './read-installed.ts'
import { planNextAttemptMs } from './renewal-due.ts'

/** What came of looking whether a certificate is due. */
export type Renewal =
  | {
      readonly outcome: 'not-due'
      readonly name: string
      readonly nextAttemptMs: number
      /** Undefined where there is no certificate of use: the last attempt was just made. */
      readonly notAfterMs: number | undefined
    }
  | {
      readonly outcome: 'renewed'
      readonly name: string
      readonly notAfterMs: number
      readonly nextAttemptMs: number
      /** The address of the signer that answered. */
      readonly signer: string
      readonly endpoints: readonly string[]
    }

export interface RenewalOptions {
  readonly stateFile: string
  /** Renews whether it is due or not. */
  readonly force?: boolean | undefined
}

/**
 * Renews a certificate with its own key where it is due. Everything is read anew each time. Asks the signer it knows,
 * then the members it knows; what comes must chain to the installed CA. On any failure the old certificate stays.
 */
export async function renewCertificate({ stateFile, force }: RenewalOptions, world: ClientWorld): Promise<Renewal> {
  const installed = await readInstalled(stateFile, world)
  const { state, key, certificate } = installed
  const nowMs = world.clock.now()
  const nextAttemptMs = planNextAttemptMs(installed, nowMs)
  if (force !== true && nowMs < nextAttemptMs)
    return { outcome: 'not-due', name: state.name, nextAttemptMs, notAfterMs: certificate?.notAfterMs }
  // Counted before it is made, so that a run that is killed each time does not ask without pause.
  const failures = (state.attempts?.failures ?? 0) + 1
  await trySaveState(stateFile, { ...state, attempts: { lastAttemptMs: nowMs, failures } }, world)
  const attempted = { ...state, attempts: { lastAttemptMs: nowMs, failures: 0 } }
  return renew({ state: attempted, key, stateFile }, world)
}

interface Due {
  readonly state: ClientState
  readonly key: ClientKey
  readonly stateFile: string
}

async function renew({ state, key, stateFile }: Due, world: ClientWorld): Promise<Renewal> {
  const trusted = await readTrusted(state, world)
  // Otherwise the signer would sign at each attempt what cannot be installed.
  await requireInstallable(state, { isNewKey: false }, world)
  const { signer, verified } = await askKnownSigners({ state, trust: { key, trusted }, world })
  const { pem, certificate } = verified
  const pair = { key, isNewKey: false, certificatePem: pem, caPem: formatCaBundle(trusted) }
  await installVerified(state.paths, pair, { world, owner: state.owner })
  const told = await askEndpoints(signer, world)
  const endpoints = told ?? state.endpoints
  if (told !== undefined && state.kind === 'client') await warnOfStaleServers(state, told, world)
  await trySaveState(stateFile, { ...state, endpoints: [...endpoints] }, world)
  const pins = trusted.map(({ der }) => certificatePin(der))
  await keepPolicy({ kind: state.kind, signer, pins }, stateFile, world)
  const nextAttemptMs = planNextAttemptMs({ state, key, certificate }, world.clock.now())
  const { notAfterMs } = certificate
  return { outcome: 'renewed', name: state.name, notAfterMs, nextAttemptMs, signer: signer.address, endpoints }
}

// A state that cannot be saved must not keep a certificate from being renewed where that still can be.
async function trySaveState(stateFile: string, state: ClientState, world: ClientWorld): Promise<void> {
  await saveState(stateFile, state, world).catch((error: unknown) => world.onWarning?.(asSignetError(error).message))
}

import { formatWord } from './ask/certificate-word.ts'
import type { Signer } from './ask/signer.ts'
import type { CertificateRequest } from './certificate-request.ts'
import type { ClientState } from './client-state.ts'
import type { ClientWorld } from './client-world.ts'
import { createClientKey, formatCsrInput } from './pair/client-key.ts'
import { installVerified } from './pair/install-verified.ts'
import { requireInstallable } from './pair/require-installable.ts'
import { verifyIssued } from './pair/verify-issued.ts'
import type { RequestPlan } from './plan-request.ts'
import { saveState } from './saved-state.ts'

/** What a request has brought. */
export interface ObtainedCertificate {
  readonly request: CertificateRequest
  readonly pin: string
  /** False where the first answer was trusted, and an operator should compare the pin. */
  readonly caWasKnown: boolean
  readonly keyWasMade: boolean
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly clockSkewMs: number
  readonly endpoints: readonly string[]
}

/**
 * Obtains and installs a certificate as planned, and leaves what renewing needs; of what the signer told, the CA and the
 * members count. Until the signer has signed nothing is changed, and whatever fails while the pair is installed, the old pair
 * or the new one is in effect.
 */
export async function applyRequest(plan: RequestPlan, world: ClientWorld): Promise<ObtainedCertificate> {
  const { request, ca, installedKey, endpoints, clockSkewMs } = plan
  const { kind, name, address, signer, paths, owner } = request
  // Before the signer signs, and hears of a new key, what cannot be installed.
  await requireInstallable(request, { isNewKey: installedKey === undefined }, world)
  const caWasKnown = request.pin !== undefined || (await world.files.read(paths.ca)) !== undefined
  const key = installedKey ?? (await createClientKey(request.keyType))
  const certificatePem = await world.ask(signer, formatWord(request), formatCsrInput(request.name, key))
  const verified = verifyIssued({
    ...{ kind, name, address },
    certificatePem,
    // Not whatever else is installed: this is the CA that the operator compared.
    trusted: [ca.certificate],
    publicKeySpki: key.spki,
    nowMs: world.clock.now(),
  })
  // A key that was made is written only now, when there is a certificate for it.
  const keyWasMade = installedKey === undefined
  const pair = { key, isNewKey: keyWasMade, installedKey, certificatePem: verified.pem, caPem: ca.pem }
  await installVerified(paths, pair, { world, owner })
  await leaveState(plan, world)
  const { notBeforeMs, notAfterMs } = verified.certificate
  return { request, pin: ca.pin, caWasKnown, keyWasMade, notBeforeMs, notAfterMs, clockSkewMs, endpoints }
}

async function leaveState({ request, endpoints }: RequestPlan, world: ClientWorld): Promise<void> {
  const { kind, name, address, signer, paths, owner, stateFile } = request
  const state: ClientState = {
    version: 1,
    signer: withoutPolicy(signer),
    ...{ kind, name, address },
    paths,
    owner,
    endpoints: [...endpoints],
    attempts: { lastAttemptMs: world.clock.now(), failures: 0 },
  }
  await saveState(stateFile, state, world)
}

function withoutPolicy({ hostKeyPolicy: _, ...saved }: Signer): ClientState['signer'] {
  return saved
}

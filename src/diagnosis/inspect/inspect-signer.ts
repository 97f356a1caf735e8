import type { Signer } from '../../client/ask/signer.ts'
import { parseSignerStatus, type SignerStatus } from '../../client/ask/signer-status.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { asSignetError, type SignetError } from '../../core/signet-error.ts'

/** What a signer answered to `get-status`, or why it did not. */
export type InspectedSigner = { readonly signer: Signer } & (
  | { readonly status: SignerStatus; readonly clockSkewMs: number }
  | { readonly failure: SignetError }
)

/** Asks a signer for its status and compares the clocks. */
export async function inspectSigner(
  signer: Signer,
  { ask, clock }: Pick<ClientWorld, 'ask' | 'clock'>,
): Promise<InspectedSigner> {
  try {
    const beforeMs = clock.now()
    const status = parseSignerStatus(await ask(signer, 'get-status'), signer)
    // The answer was written at some moment between the two readings.
    return { signer, status, clockSkewMs: Math.round(status.timeMs - (beforeMs + clock.now()) / 2) }
  } catch (error) {
    return { signer, failure: asSignetError(error) }
  }
}

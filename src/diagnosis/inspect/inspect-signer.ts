import { askStatus, type ToldStatus } from '../../client/ask/ask-status.ts'
import type { Signer } from '../../client/ask/signer.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { asSignetError, type SignetError } from '../../core/signet-error.ts'

/** What a signer answered to `get-status`, or why it did not. */
export type InspectedSigner = { readonly signer: Signer } & (ToldStatus | { readonly failure: SignetError })

/** What a signer says of itself, where it answers. */
export async function inspectSigner(
  signer: Signer,
  world: Pick<ClientWorld, 'ask' | 'clock'>,
): Promise<InspectedSigner> {
  try {
    return { signer, ...(await askStatus(signer, world)) }
  } catch (error) {
    return { signer, failure: asSignetError(error) }
  }
}

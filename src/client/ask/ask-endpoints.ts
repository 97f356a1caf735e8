import { asSignetError } from '../../core/signet-error.ts'
import type { ClientWorld } from '../client-world.ts'
import { parsePeers } from './parse-peers.ts'
import type { Signer } from './signer.ts'

/** The client URLs of the members; undefined, with a warning, where the signer cannot tell. */
export async function askEndpoints(
  signer: Signer,
  { ask, onWarning }: Pick<ClientWorld, 'ask' | 'onWarning'>,
): Promise<readonly string[] | undefined> {
  try {
    return parsePeers(await ask(signer, 'get-peers'), signer)
  } catch (caught) {
    onWarning?.(`the members are not known: ${asSignetError(caught).message}`)
    return undefined
  }
}

import { asSignetError } from '../../core/signet-error.ts'
import type { ClientWorld } from '../client-world.ts'
import { parsePeers } from './parse-peers.ts'
import type { Signer } from './signer.ts'

/**
 * The client URLs of the members; undefined, with a warning, where the signer cannot tell. Whoever knows better what it would
 * answer by now gives that.
 */
export async function askEndpoints(
  signer: Signer,
  { ask, onWarning }: Pick<ClientWorld, 'ask' | 'onWarning'>,
  answer?: string,
): Promise<readonly string[] | undefined> {
  try {
    return parsePeers(answer ?? (await ask(signer, 'get-peers')), signer)
  } catch (caught) {
    onWarning?.(`the members are not known: ${asSignetError(caught).message}`)
    return undefined
  }
}

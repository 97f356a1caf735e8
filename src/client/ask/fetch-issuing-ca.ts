import { asSignetError, SignetError } from '../../core/signet-error.ts'
import type { ClientWorld } from '../client-world.ts'
import type { Signer } from './signer.ts'

/**
 * The certificate, PEM, of the CA that a signer issues with: the first that `get-trust` answers. Signers from before that word
 * say 64; then `get-certificate` is asked, which answers that one alone.
 */
export async function fetchIssuingCa(signer: Signer, { ask }: Pick<ClientWorld, 'ask'>): Promise<string> {
  try {
    return readIssuingCa(await ask(signer, 'get-trust'))
  } catch (error) {
    if (asSignetError(error).code !== 'usage') throw error
    return ask(signer, 'get-certificate')
  }
}

const blockPattern = /^-----BEGIN ([A-Z0-9 ]{1,40})-----\n[A-Za-z0-9+/=\n]+-----END \1-----\n/
const maxBlocks = 16

/**
 * The first block of an answer to `get-trust`; the rest must be PEM too, and is left there. What else is to be trusted is not
 * taken from whoever answers: an attacker in the signer's place would send the CA that is pinned, which is no secret, and one
 * of their own behind it.
 * @internal
 */
export function readIssuingCa(answer: string): string {
  let rest = answer.replaceAll('\r\n', '\n')
  let first: RegExpExecArray | undefined
  for (let count = 0; rest !== ''; count += 1) {
    const block = blockPattern.exec(rest)
    if (block === null || count >= maxBlocks) throw notTrust()
    first ??= block
    rest = rest.slice(block[0].length)
  }
  if (first?.[1] !== 'CERTIFICATE') throw notTrust()
  return first[0]
}

function notTrust(): SignetError {
  return new SignetError(
    'bad-data',
    "the signer's answer to get-trust is not a list of PEM blocks that begins with a CA",
    {
      hint: 'nothing else may come from there; a banner or an "echo" in a start-up file spoils it',
    },
  )
}

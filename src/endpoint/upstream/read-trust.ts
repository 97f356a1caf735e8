import { SignetError } from '../../core/signet-error.ts'
import type { EndpointWorld, TrustedCa } from '../endpoint-world.ts'

/** The CA that signs, and what else is to be trusted. */
export interface SignerTrust {
  readonly issuing: TrustedCa
  readonly others: readonly TrustedCa[]
}

/**
 * The CA certificates of the signer's file, told apart. Which of several signs is known to the authority alone, which has
 * the key; of one there is nothing to ask, so that it is answered while the authority is down.
 */
export async function readTrust({
  readCaCertificates,
  authority,
}: Pick<EndpointWorld, 'readCaCertificates' | 'authority'>): Promise<SignerTrust> {
  const [first, ...rest] = await readCaCertificates()
  if (first === undefined) throw notInFile()
  if (rest.length === 0) return { issuing: first, others: [] }
  const { pin } = await authority.status()
  const all = [first, ...rest]
  const issuing = all.find((ca) => ca.pin === pin)
  if (issuing === undefined) throw notInFile()
  return { issuing, others: all.filter((ca) => ca !== issuing) }
}

function notInFile(): SignetError {
  return new SignetError('configuration', "the CA that signs is not in the signer's CA file", {
    hint: 'root of the signer: put its certificate back into ca.crt, or restart signet-authority if another key is there',
  })
}

import { asSignetError, SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import { type CaBundle, parseCaBundle } from '../../x509/ca-bundle.ts'
import type { ReadSidecar } from './read-sidecar.ts'
import { type SnapshotSigner, verifySignature } from './verify-signature.ts'

/** What is known of a sidecar's signature. */
export interface JudgedSignature {
  /** The member whose key signed it; null where nobody did, and where there is no CA here to judge it by. */
  readonly signedBy: SnapshotSigner | null
  readonly signature: 'good' | 'none' | 'unjudged'
}

/** Who signed a sidecar, judged by the CAs of a file; where there is none, nothing is known of it. */
export async function readSigner(
  { sidecar, raw }: ReadSidecar,
  files: Pick<LocalFiles, 'read'>,
  caFile: string | undefined,
): Promise<JudgedSignature> {
  const { signature } = sidecar
  if (signature === undefined) return { signedBy: null, signature: 'none' }
  const trusted = caFile === undefined ? undefined : await readTrusted(caFile, files)
  if (trusted === undefined) return { signedBy: null, signature: 'unjudged' }
  return { signedBy: verifySignature({ raw, sidecar, signature, trusted }), signature: 'good' }
}

async function readTrusted(caFile: string, files: Pick<LocalFiles, 'read'>): Promise<CaBundle | undefined> {
  const found = await files.read(caFile)
  if (found === undefined) return undefined
  try {
    return parseCaBundle(found.text)
  } catch (cause) {
    throw new SignetError('configuration', `the CA file ${caFile} cannot be used: ${asSignetError(cause).message}`, {
      hint: 'name another one: signet snapshot verify FILE --ca=CA',
      cause,
    })
  }
}

import { createPrivateKey, sign } from 'node:crypto'
import { asSignetError } from '../../core/signet-error.ts'
import type { PairPaths } from '../../host/pair-paths.ts'
import { readRequiredFile } from '../../host/read-required-file.ts'
import { parseCaBundle } from '../../x509/ca-bundle.ts'
import { formatPem, parsePem } from '../../x509/pem.ts'
import type { SidecarSignature, SnapshotSidecar } from '../snapshot-receipt.ts'
import { digestFor, type RawSidecar, signedBytes } from './signed-bytes.ts'
import { type SnapshotSigner, verifySignature } from './verify-signature.ts'

/** A sidecar, who signed it, and where nobody did, why. */
export interface SigningAttempt {
  readonly sidecar: SnapshotSidecar
  readonly signedBy: SnapshotSigner | null
  readonly unsignedBecause: string | null
}

/**
 * Signs a sidecar with this member's key. What would be refused when it is verified stays unsigned, with the reason: a
 * snapshot without a signature is worth more than none, on the day on which this member's certificate is not in order.
 */
export function signSidecar(sidecar: SnapshotSidecar, paths: PairPaths): SigningAttempt {
  try {
    const signature = signWith(sidecar, paths)
    const trusted = parseCaBundle(read(paths.ca))
    const signedBy = verifySignature({ raw: sidecar, sidecar, signature, trusted })
    return { sidecar: { ...sidecar, signature }, signedBy, unsignedBecause: null }
  } catch (error) {
    return { sidecar, signedBy: null, unsignedBecause: asSignetError(error).message }
  }
}

function signWith(raw: RawSidecar, { key, certificate }: PairPaths): SidecarSignature {
  const privateKey = createPrivateKey(read(key))
  return {
    // Written anew: what else stands in the file stays out.
    certificate: formatPem('CERTIFICATE', parsePem(read(certificate), 'CERTIFICATE')),
    value: sign(digestFor(privateKey), signedBytes(raw), privateKey).toString('base64'),
  }
}

function read(file: string): string {
  return readRequiredFile(file, 'run this as root on a member')
}

import type { PairPaths } from '../host/pair-paths.ts'
import type { KeyAlgorithm } from '../x509/key/parse-public-key.ts'
import type { CertificateSubject } from './ask/certificate-word.ts'
import type { Signer } from './ask/signer.ts'

/** What a host wants a certificate for, and where everything goes. */
export interface CertificateRequest extends CertificateSubject {
  readonly signer: Signer
  /** P-256 where it is not given; an installed key must be of this kind. */
  readonly keyType?: KeyAlgorithm | undefined
  /** Makes a new key even where there is one. */
  readonly newKey?: boolean | undefined
  /** The CA that the operator expects. Without it the first answer is trusted. */
  readonly pin?: string | undefined
  readonly paths: PairPaths
  readonly stateFile: string
  /** Who the files belong to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

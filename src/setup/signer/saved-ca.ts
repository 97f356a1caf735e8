import { createPublicKey } from 'node:crypto'
import { parseCertificateAuthority } from '../../authority/signing-key.ts'
import { requireUsable } from '../../client/pair/verify-ca.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { parseCaBundle } from '../../x509/ca-bundle.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { formatPem } from '../../x509/pem.ts'
import type { HostWorld } from '../host-world.ts'

/** A CA whose key was saved when the cluster was founded. */
export interface SavedCa {
  readonly keyPem: string
  /** Of the certificates in the file the one that belongs to the key, and no other. */
  readonly certificatePem: string
  readonly pin: string
  /** How many other CAs the file holds: what they have signed is not believed by the cluster that is made of this one. */
  readonly others: number
}

/** Reads a saved CA key and its certificate, and proves that they belong together and may sign now. Throws `configuration`. */
export async function readSavedCa(
  { key: keyFile, certificate: certificateFile }: { readonly key: string; readonly certificate: string },
  { files, clock }: Pick<HostWorld, 'files' | 'clock'>,
): Promise<SavedCa> {
  const keyPem = await readSaved(keyFile, 'bring the saved ca.key here', files)
  const text = await readSaved(certificateFile, 'every master has it, as ca.crt beside its certificate', files)
  const { certificate } = parseCertificateAuthority(text, keyPem)
  requireUsable(certificate, { nowMs: clock.now(), subject: `the CA certificate in ${certificateFile}` })
  const spki = createPublicKey(keyPem).export({ type: 'spki', format: 'der' })
  return {
    keyPem,
    certificatePem: formatPem('CERTIFICATE', certificate.der),
    pin: certificatePin(certificate.der),
    others: parseCaBundle(text).filter(({ publicKey }) => !publicKey.spki.equals(spki)).length,
  }
}

async function readSaved(file: string, hint: string, files: HostWorld['files']): Promise<string> {
  const found = await files.read(file)
  if (found !== undefined) return found.text
  throw new SignetError('usage', `${quoteUntrusted(file)} does not exist`, { hint })
}

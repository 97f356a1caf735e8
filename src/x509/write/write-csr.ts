import { createPublicKey, type KeyObject } from 'node:crypto'
import { writeCommonName } from '../common-name.ts'
import { constructedContext } from '../der/der-tag.ts'
import { writeElement, writeSequence, writeUnsignedInteger } from '../der/write-der.ts'
import { signatureAlgorithmFor, writeSignedDocument } from './write-signed-document.ts'

/** Writes and signs a PKCS#10 CSR (RFC 2986 section 4) without attributes, DER. */
export function writeCsr(commonName: string, privateKey: KeyObject): Buffer {
  const info = writeSequence(
    writeUnsignedInteger(Buffer.of(0)),
    writeCommonName(commonName),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    writeElement(constructedContext(0)),
  )
  return writeSignedDocument(info, signatureAlgorithmFor(privateKey), privateKey)
}

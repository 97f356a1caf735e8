import { makeCsrCommand, makeKeyAndCsrCommand } from '../core/csr-commands.ts'
import { SignetError } from '../core/signet-error.ts'
import { readHeader } from './der/der-header.ts'
import { derTag } from './der/der-tag.ts'

const howTo = `send the CSR, client.csr, made by: ${makeCsrCommand()}`
const newKey = `this key has left its machine; make a new one, and the CSR with it: ${makeKeyAndCsrCommand()}`

/** What else somebody sent in place of a CSR, by its outer shape; undefined where it is nothing known. */
export function recogniseOther(der: Buffer): SignetError | undefined {
  const parts = childTags(der, 0)
  const [first, second, third] = parts
  // Every private key, encrypted or not, is told apart from a CSR by its first parts: PKCS#1 (RFC 8017), SEC 1
  // (RFC 5915), PKCS#8 (RFC 5958) and PKCS#12 (RFC 7292) begin with a version, EncryptedPrivateKeyInfo ends in octets.
  const isKey = first === derTag.integer && (parts.length > 2 || second === derTag.sequence)
  const isEncryptedKey = first === derTag.sequence && second === derTag.octetString
  if (isKey || isEncryptedKey) return other('a private key', newKey)
  if (first === derTag.integer || second === derTag.bitString) return other('a public key', howTo)
  const isSigned = first === derTag.sequence && second === derTag.sequence && third === derTag.bitString
  return isSigned && isCertificateBody(der) ? other('a certificate', howTo) : undefined
}

function other(what: string, hint: string): SignetError {
  return new SignetError('bad-data', `this is ${what}, not a CSR`, { hint })
}

// A TBSCertificate has an explicit version, or (version 1) an AlgorithmIdentifier and two names where a CSR has one.
function isCertificateBody(der: Buffer): boolean {
  const outer = readHeader(der, { start: 0, end: der.length })
  const parts = typeof outer === 'string' ? [] : childTags(der, outer.contentStart)
  return parts[0] === 0xa0 || (parts[0] === derTag.integer && parts[3] === derTag.sequence)
}

// The tags directly inside the SEQUENCE at `start`, as far as they can be read.
function childTags(der: Buffer, start: number): number[] {
  const outer = readHeader(der, { start, end: der.length })
  if (typeof outer === 'string' || outer.tag !== derTag.sequence) return []
  const tags: number[] = []
  let position = outer.contentStart
  while (position < outer.end && tags.length < 10) {
    const child = readHeader(der, { start: position, end: outer.end })
    if (typeof child === 'string') break
    tags.push(child.tag)
    position = child.end
  }
  return tags
}

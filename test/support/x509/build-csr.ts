import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { derTag } from '../../../src/x509/der/der-tag.ts'
import { nameOid } from '../../../src/x509/der/oid.ts'
import {
  writeBitString,
  writeElement,
  writeOid,
  writeSequence,
  writeSetOf,
  writeUnsignedInteger,
} from '../../../src/x509/der/write-der.ts'
import { signatureAlgorithmFor } from '../../../src/x509/write/write-signed-document.ts'

/** The parts of a CSR, each of which a test may make wrong while the signature stays right. */
export interface CsrParts {
  readonly key?: KeyObject
  readonly version?: Uint8Array
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  readonly attributes?: Uint8Array
  /** Put after the attributes, inside what is signed. */
  readonly extra?: Uint8Array
  readonly algorithm?: Uint8Array
  readonly digest?: string
  readonly signature?: (body: Buffer) => Uint8Array
}

/** One P-256 key for every test that does not care. */
export const testKey: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

/** A CSR with a correct signature over whatever its parts are. */
export function buildCsr(parts: CsrParts = {}): Buffer {
  const { key = testKey, digest } = parts
  const algorithm = signatureAlgorithmFor(key)
  const body = writeSequence(
    parts.version ?? writeUnsignedInteger(Buffer.from([0])),
    parts.subject ?? buildName([['CN', 'kubemaster-1']]),
    parts.spki ?? createPublicKey(key).export({ type: 'spki', format: 'der' }),
    parts.attributes ?? buildAttributes(),
    parts.extra ?? Buffer.alloc(0),
  )
  const signature = parts.signature?.(body) ?? sign(digest ?? algorithm.digest, body, key)
  return writeSequence(body, parts.algorithm ?? algorithm.identifier, writeBitString(signature))
}

/** The bytes of a hexadecimal text; spaces are for the reader. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

const shortNames: Readonly<Record<string, string>> = { CN: nameOid.commonName, O: '55040a', OU: '55040b' }

type NamePart = readonly [type: string, text: string | Uint8Array, tag?: number]

/** A Name with one attribute in each RDN. */
export function buildName(parts: readonly NamePart[]): Buffer {
  return writeSequence(...parts.map((part) => writeSetOf(buildNamePart(part))))
}

/** One AttributeTypeAndValue. */
export function buildNamePart([type, text, tag = derTag.utf8String]: NamePart): Buffer {
  return writeSequence(writeOid(shortNames[type] ?? type), writeElement(tag, Buffer.from(text)))
}

/** The `[0] IMPLICIT SET OF Attribute` of a CSR, in the order given. */
export function buildAttributes(...attributes: readonly Uint8Array[]): Buffer {
  return writeElement(0xa0, ...attributes)
}

/** One Attribute. */
export function buildAttribute(oidHex: string, ...values: readonly Uint8Array[]): Buffer {
  return writeSequence(writeOid(oidHex), writeSetOf(...values))
}

/** An extensionRequest that holds these extensions. */
export function buildExtensionRequest(...extensions: readonly Uint8Array[]): Buffer {
  return buildAttribute(nameOid.extensionRequest, writeSequence(...extensions))
}

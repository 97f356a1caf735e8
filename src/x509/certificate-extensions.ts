import { constructedContext, primitiveContext } from './der/der-tag.ts'
import { extensionOid } from './der/oid.ts'
import type { DerReader } from './der/strict-der.ts'
import { extendedKeyUsageName, type KeyUsage, keyUsageNames } from './key/key-purpose.ts'
import { readSubjectAltName } from './subject-alt-name.ts'

/** What a certificate's extensions say; an absent one is empty or undefined. */
export interface CertificateExtensions {
  readonly isCa: boolean
  readonly pathLength: number | undefined
  readonly keyUsage: readonly KeyUsage[]
  /** Names for serverAuth and clientAuth, `other` for any other purpose. */
  readonly extendedKeyUsage: readonly string[]
  readonly dnsNames: readonly string[]
  /** Canonical texts. */
  readonly ipAddresses: readonly string[]
  readonly subjectKeyId: Buffer | undefined
  readonly authorityKeyId: Buffer | undefined
}

/** The extensions of a certificate that has none. */
export const noExtensions: CertificateExtensions = {
  isCa: false,
  pathLength: undefined,
  keyUsage: [],
  extendedKeyUsage: [],
  dnsNames: [],
  ipAddresses: [],
  subjectKeyId: undefined,
  authorityKeyId: undefined,
}

type ExtensionReader = (value: DerReader) => Partial<CertificateExtensions>

const readers: ReadonlyMap<string, ExtensionReader> = new Map<string, ExtensionReader>([
  [extensionOid.basicConstraints, readBasicConstraints],
  [extensionOid.keyUsage, readKeyUsage],
  [extensionOid.extendedKeyUsage, readExtendedKeyUsage],
  [extensionOid.subjectAltName, readSubjectAltName],
  [extensionOid.subjectKeyId, (value) => ({ subjectKeyId: value.readOctetString() })],
  [extensionOid.authorityKeyId, readAuthorityKeyId],
])

/** Reads Extensions (RFC 5280 section 4.1.2.9). One that is critical and not understood is a refusal, as is a second. */
export function readExtensions(extensions: DerReader): CertificateExtensions {
  const seen = new Set<string>()
  const found: CertificateExtensions = { ...noExtensions }
  while (!extensions.atEnd) {
    const extension = extensions.readSequence()
    const oidHex = extension.readOid()
    if (seen.has(oidHex)) throw extension.refusal('has the same extension twice')
    seen.add(oidHex)
    Object.assign(found, readExtension(extension, oidHex))
  }
  return found
}

function readExtension(extension: DerReader, oidHex: string): Partial<CertificateExtensions> {
  const isCritical = extension.readDefaultFalse()
  const value = extension.over(extension.readOctetString())
  extension.finish()
  const read = readers.get(oidHex)
  if (read === undefined) {
    // RFC 5280 section 4.2: such as name constraints, which would be passed over.
    if (isCritical) throw extension.refusal('has a critical extension that is not supported')
    return {}
  }
  const found = read(value)
  value.finish()
  return found
}

// RFC 5280 section 4.2.1.9.
function readBasicConstraints(value: DerReader): Partial<CertificateExtensions> {
  const constraints = value.readSequence()
  const isCa = constraints.readDefaultFalse()
  const hasPathLength = !constraints.atEnd
  const pathLength = hasPathLength ? constraints.readSmallInteger() : undefined
  constraints.finish()
  // Taken for absent, it would be taken for no limit.
  if (hasPathLength && pathLength === undefined) throw value.refusal('has a path length that is not 0 to 127')
  if (pathLength !== undefined && !isCa) throw value.refusal('has a path length without being a CA')
  return { isCa, pathLength }
}

// RFC 5280 section 4.2.1.3.
function readKeyUsage(value: DerReader): Partial<CertificateExtensions> {
  const keyUsage = value.readNamedBits().map((bit) => keyUsageNames[bit])
  if (!keyUsage.every((name) => name !== undefined)) throw value.malformed('a key usage that does not exist')
  return { keyUsage }
}

// RFC 5280 section 4.2.1.12.
function readExtendedKeyUsage(value: DerReader): Partial<CertificateExtensions> {
  const purposes = value.readSequence()
  const extendedKeyUsage: string[] = []
  while (!purposes.atEnd) extendedKeyUsage.push(extendedKeyUsageName(purposes.readOid()) ?? 'other')
  return { extendedKeyUsage }
}

// RFC 5280 section 4.2.1.1: [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber.
function readAuthorityKeyId(value: DerReader): Partial<CertificateExtensions> {
  const identifier = value.readSequence()
  const hasKeyId = identifier.nextIs(primitiveContext(0))
  const authorityKeyId = hasKeyId ? identifier.readImplicit(primitiveContext(0)) : undefined
  if (identifier.nextIs(constructedContext(1))) identifier.readRaw()
  if (identifier.nextIs(primitiveContext(2))) identifier.readRaw()
  identifier.finish()
  return { authorityKeyId }
}

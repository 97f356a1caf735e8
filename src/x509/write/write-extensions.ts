import { primitiveContext } from '../der/der-tag.ts'
import { extensionOid } from '../der/oid.ts'
import {
  writeElement,
  writeNamedBits,
  writeOctetString,
  writeOid,
  writeSequence,
  writeTrue,
  writeUnsignedInteger,
} from '../der/write-der.ts'
import { type ExtendedKeyUsage, extendedKeyUsageOids, type KeyUsage, keyUsageNames } from '../key/key-purpose.ts'
import { type SubjectAltName, writeSubjectAltName } from '../subject-alt-name.ts'

interface ExtensionTemplate extends SubjectAltName {
  readonly isCa?: boolean
  readonly pathLength?: number
  readonly keyUsage: readonly KeyUsage[]
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[]
}

interface KeyIds {
  readonly own: Buffer
  readonly authority: Buffer
}

const critical = writeTrue()
const extendedKeyUsageOrder = ['serverAuth', 'clientAuth'] as const

/** Extensions (RFC 5280 section 4.1.2.9), always in the same order; empty ones are left out. */
export function writeExtensions(template: ExtensionTemplate, keyIds: KeyIds): Buffer {
  const { keyUsage, extendedKeyUsage, dnsNames, ipAddresses } = template
  const hasAltName = dnsNames.length + ipAddresses.length > 0
  return writeSequence(
    writeCritical(extensionOid.basicConstraints, writeBasicConstraints(template)),
    ...(keyUsage.length > 0 ? [writeCritical(extensionOid.keyUsage, writeKeyUsage(keyUsage))] : []),
    ...(extendedKeyUsage.length > 0
      ? [writeExtension(extensionOid.extendedKeyUsage, writePurposes(extendedKeyUsage))]
      : []),
    ...(hasAltName ? [writeExtension(extensionOid.subjectAltName, writeSubjectAltName(template))] : []),
    writeExtension(extensionOid.subjectKeyId, writeOctetString(keyIds.own)),
    writeExtension(extensionOid.authorityKeyId, writeSequence(writeElement(primitiveContext(0), keyIds.authority))),
  )
}

function writeExtension(oidHex: string, value: Buffer): Buffer {
  return writeSequence(writeOid(oidHex), writeOctetString(value))
}

function writeCritical(oidHex: string, value: Buffer): Buffer {
  return writeSequence(writeOid(oidHex), critical, writeOctetString(value))
}

// RFC 5280 section 4.2.1.9: CA:FALSE is the default, and so the empty SEQUENCE.
function writeBasicConstraints({ isCa, pathLength }: ExtensionTemplate): Buffer {
  if (isCa !== true) return writeSequence()
  if (pathLength === undefined) return writeSequence(critical)
  return writeSequence(critical, writeUnsignedInteger(Buffer.of(pathLength)))
}

function writeKeyUsage(keyUsage: readonly KeyUsage[]): Buffer {
  return writeNamedBits(keyUsage.map((name) => keyUsageNames.indexOf(name)))
}

function writePurposes(purposes: readonly ExtendedKeyUsage[]): Buffer {
  const ordered = extendedKeyUsageOrder.filter((name) => purposes.includes(name))
  return writeSequence(...ordered.map((name) => writeOid(extendedKeyUsageOids[name])))
}

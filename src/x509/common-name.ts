import { derTag } from './der/der-tag.ts'
import { dottedOid, nameOid } from './der/oid.ts'
import type { DerReader } from './der/strict-der.ts'
import { writeOid, writeSequence, writeSetOf, writeUtf8String } from './der/write-der.ts'

/** ub-common-name of RFC 5280 appendix A.1. */
const maxCharacters = 64

const stringTags: readonly number[] = [derTag.utf8String, derTag.printableString, derTag.ia5String]
// DirectoryString of RFC 5280 appendix A.1, and what attributes beside it hold. OpenSSL reads no Name with anything else.
const otherTags: readonly number[] = [
  ...stringTags,
  derTag.numericString,
  derTag.teletexString,
  derTag.universalString,
  derTag.bmpString,
]

/**
 * The one common name in a Name (RFC 5280 section 4.1.2.4); other attributes are read past. Two of them are refused: which
 * one counts differs between readers, and whoever asks with both passes one's check and gets the other's rights.
 */
export function readCommonName(name: DerReader): string {
  let commonName: string | undefined
  while (!name.atEnd) {
    const relativeName = name.readSetOf()
    if (relativeName.atEnd) throw name.malformed('an empty part of a name')
    while (!relativeName.atEnd) {
      const attribute = relativeName.readSequence()
      const found = readIfCommonName(attribute)
      attribute.finish()
      if (found !== undefined && commonName !== undefined) throw name.refusal('has more than one common name (CN)')
      commonName ??= found
    }
  }
  if (commonName === undefined) throw name.refusal('has no common name (CN)')
  return commonName
}

function readIfCommonName(attribute: DerReader): string | undefined {
  const type = attribute.readOid()
  const tag = attribute.nextTag() ?? 0
  if (type !== nameOid.commonName) {
    readPast(attribute, type, tag)
    return undefined
  }
  if (!stringTags.includes(tag)) {
    throw attribute.refusal('has a common name that is not UTF8String, PrintableString or IA5String')
  }
  const text = attribute.readContent(tag).toString('utf8')
  if (text === '') throw attribute.refusal('has an empty common name (CN)')
  if ([...text].length > maxCharacters) {
    throw attribute.refusal(`has a common name (CN) of over ${maxCharacters} characters`)
  }
  return text
}

function readPast(attribute: DerReader, type: string, tag: number): void {
  // X.520 section 6.2.7: the one part of a name that is a BIT STRING.
  const isUniqueId = type === nameOid.x500UniqueIdentifier && tag === derTag.bitString
  if (!isUniqueId && !otherTags.includes(tag)) {
    throw attribute.refusal(`has a part of its name that is no string (${dottedOid(type)})`)
  }
  // DirectoryString has SIZE (1..MAX) (RFC 5280 appendix A.1). OpenSSL and pyca read an empty one, GnuTLS no name with it:
  // what three readers do not read alike is refused.
  if (attribute.readContent(tag).length > 0) return
  throw attribute.refusal(`has a part of its name that is empty (${dottedOid(type)})`)
}

/** A Name of one common name, DER, as UTF8String (RFC 5280 section 4.1.2.4). */
export function writeCommonName(commonName: string): Buffer {
  return writeSequence(writeSetOf(writeSequence(writeOid(nameOid.commonName), writeUtf8String(commonName))))
}

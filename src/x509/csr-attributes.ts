import { checkDer } from './der/check-der.ts'
import { constructedContext } from './der/der-tag.ts'
import { dottedOid, nameOid } from './der/oid.ts'
import type { DerReader } from './der/strict-der.ts'

/**
 * Checks the attributes of a CSR (RFC 2986 section 4.1) and takes nothing from them: what a caller wishes to have in its
 * certificate is not its to decide. Values need not be a SEQUENCE; challengePassword is a string.
 */
export function checkCsrAttributes(info: DerReader): void {
  requireAttributes(info)
  const attributes = info.readSetOf(tag, unsortedAttributes)
  const seen = new Set<string>()
  while (!attributes.atEnd) {
    const attribute = attributes.readSequence()
    const oidHex = attribute.readOid()
    // RFC 2986 section 4.1 wants each type once; readers differ in which of two they take.
    if (seen.has(oidHex)) throw attribute.refusal('has the same attribute twice')
    seen.add(oidHex)
    checkValues(attribute.readSetOf(), oidHex)
    attribute.finish()
  }
}

const tag = constructedContext(0)

// Not in DER, and so with a signature that does not verify for whoever encodes the attributes anew, as GnuTLS does.
const unsortedAttributes = {
  fault: 'its attributes are not in ascending order (X.690 section 11.6)',
  hint: '@peculiar/x509 and smallstep/scep write them unsorted: leave one out, such as the challenge password, or use openssl req',
}

// Some libraries leave an empty field away; OpenSSL and @peculiar/x509 read that, GnuTLS and pyca do not.
function requireAttributes(info: DerReader): void {
  if (info.nextIs(tag)) return
  throw info.refusal('has no field for attributes: RFC 2986 section 4.1 wants it even where it is empty, as A0 00')
}

function checkValues(values: DerReader, oidHex: string): void {
  if (values.atEnd) throw values.malformed('an attribute without a value')
  if (oidHex !== nameOid.extensionRequest) return
  checkExtensions(values.readSequence())
  if (!values.atEnd) throw values.refusal('has more than one extension request')
}

// RFC 5280 section 4.1: each extnValue is the DER of the extension, inside an OCTET STRING.
function checkExtensions(extensions: DerReader): void {
  const seen = new Set<string>()
  while (!extensions.atEnd) {
    const extension = extensions.readSequence()
    const oidHex = extension.readOid()
    if (seen.has(oidHex)) throw extension.refusal('asks for the same extension twice')
    seen.add(oidHex)
    extension.readDefaultFalse()
    const value = extension.over(extension.readOctetString())
    const { name } = extension.document
    checkDer({ ...extension.document, name: `the extension ${dottedOid(oidHex)} in ${name}` }, value.bytes, value.range)
    extension.finish()
  }
}

import { checkDer } from './check-der.ts'
import { constructedContext } from './der-tag.ts'
import { nameOid } from './oid.ts'
import type { DerReader } from './strict-der.ts'

/**
 * Checks the attributes of a CSR (RFC 2986 section 4.1) and takes nothing from them: what a caller wishes to have in its
 * certificate is not its to decide. Values need not be a SEQUENCE; challengePassword is a string.
 */
export function checkCsrAttributes(info: DerReader): void {
  const attributes = info.readSetOf(constructedContext(0))
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
    checkDer({ ...extension.document, name: `an extension of ${extension.document.name}` }, extension.readOctetString())
    extension.finish()
  }
}

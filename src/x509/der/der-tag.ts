/** Identifier octets of the ASN.1 types that X.509 and PKCS#10 use (X.690 section 8.1.2, X.680 section 8). */
export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  objectDescriptor: 0x07,
  enumerated: 0x0a,
  utf8String: 0x0c,
  relativeOid: 0x0d,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  videotexString: 0x15,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  graphicString: 0x19,
  visibleString: 0x1a,
  generalString: 0x1b,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of `[number] EXPLICIT`, or IMPLICIT over a constructed type. */
export function constructedContext(number: number): number {
  return 0xa0 | number
}

/** The identifier octet of `[number] IMPLICIT` over a primitive type. */
export function primitiveContext(number: number): number {
  return 0x80 | number
}

/** Whether the encoding holds further encodings (X.690 section 8.1.2.5). */
export function isConstructed(tag: number): boolean {
  return (tag & 0x20) !== 0
}

/** Whether the tag belongs to ASN.1 itself, not to a context, application or private class. */
export function isUniversal(tag: number): boolean {
  return (tag & 0xc0) === 0
}

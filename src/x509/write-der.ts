import { constructedContext, derTag } from './der-tag.ts'
import { formatDerTime } from './der-time.ts'

/** One encoding: identifier, length in its fewest bytes (X.690 section 10.1), content. */
export function writeElement(tag: number, ...content: readonly Uint8Array[]): Buffer {
  let length = 0
  for (const part of content) length += part.length
  const header = writeHeader(tag, length)
  const element = Buffer.allocUnsafe(header.length + length)
  element.set(header, 0)
  let position = header.length
  for (const part of content) {
    element.set(part, position)
    position += part.length
  }
  return element
}

/** SEQUENCE (X.690 section 8.9). */
export function writeSequence(...elements: readonly Uint8Array[]): Buffer {
  return writeElement(derTag.sequence, ...elements)
}

/** SET OF, in ascending order of its encodings (X.690 section 11.6). */
export function writeSetOf(...elements: readonly Uint8Array[]): Buffer {
  return writeElement(derTag.set, ...elements.toSorted(Buffer.compare))
}

/** `[number] EXPLICIT` (X.690 section 8.14). */
export function writeExplicit(number: number, ...elements: readonly Uint8Array[]): Buffer {
  return writeElement(constructedContext(number), ...elements)
}

/** An INTEGER that is not negative, from its big-endian magnitude (X.690 section 8.3). */
export function writeUnsignedInteger(magnitude: Uint8Array): Buffer {
  const firstUsed = magnitude.findIndex((byte) => byte !== 0)
  const bytes = firstUsed === -1 ? Buffer.of(0) : magnitude.subarray(firstUsed)
  return (bytes[0] ?? 0) >= 0x80
    ? writeElement(derTag.integer, Buffer.of(0), bytes)
    : writeElement(derTag.integer, bytes)
}

/** An OBJECT IDENTIFIER from what `oid` made (X.690 section 8.19). */
export function writeOid(oidHex: string): Buffer {
  return writeElement(derTag.oid, Buffer.from(oidHex, 'hex'))
}

/** A BIT STRING of whole bytes (X.690 section 8.6). */
export function writeBitString(bytes: Uint8Array): Buffer {
  return writeElement(derTag.bitString, Buffer.of(0), bytes)
}

/** A BIT STRING of named bits, without trailing zeros (X.690 section 11.2.2). */
export function writeNamedBits(bits: readonly number[]): Buffer {
  const highest = Math.max(-1, ...bits)
  const content = Buffer.alloc(1 + Math.ceil((highest + 1) / 8))
  for (const bit of bits) {
    const index = 1 + (bit >> 3)
    content[index] = (content[index] ?? 0) | (0x80 >> (bit & 7))
  }
  content[0] = (content.length - 1) * 8 - (highest + 1)
  return writeElement(derTag.bitString, content)
}

/** OCTET STRING (X.690 section 8.7). */
export function writeOctetString(bytes: Uint8Array): Buffer {
  return writeElement(derTag.octetString, bytes)
}

/** TRUE (X.690 section 11.1). FALSE is every DEFAULT here, and so never written. */
export function writeTrue(): Buffer {
  return writeElement(derTag.boolean, Buffer.of(0xff))
}

/** NULL (X.690 section 8.8). */
export function writeNull(): Buffer {
  return writeElement(derTag.null)
}

/** UTF8String (X.690 section 8.23). */
export function writeUtf8String(text: string): Buffer {
  return writeElement(derTag.utf8String, Buffer.from(text, 'utf8'))
}

/** Time of RFC 5280 section 4.1.2.5. */
export function writeTime(timeMs: number): Buffer {
  const { tag, text } = formatDerTime(timeMs)
  return writeElement(tag, Buffer.from(text, 'latin1'))
}

function writeHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Buffer.of(tag, length)
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.of(tag, 0x80 | bytes.length, ...bytes)
}

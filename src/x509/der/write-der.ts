import { constructedContext, derTag } from './der-tag.ts'
import { formatDerTime } from './der-time.ts'

const zeroByte = Buffer.from([0])
const trueByte = Buffer.from([0xff])

/** One encoding: identifier, length in its fewest bytes (X.690 section 10.1), content. */
export function writeElement(tag: number, ...content: readonly Uint8Array[]): Buffer {
  let length = 0
  for (const part of content) length += part.length
  const lengthBytes = countLengthBytes(length)
  const element = Buffer.allocUnsafe(1 + lengthBytes + length)
  element[0] = tag
  if (lengthBytes === 1) {
    element[1] = length
  } else {
    element[1] = 0x80 | (lengthBytes - 1)
    element.writeUIntBE(length, 2, lengthBytes - 1)
  }
  let position = 1 + lengthBytes
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
  const bytes = firstUsed === -1 ? zeroByte : magnitude.subarray(firstUsed)
  return (bytes[0] ?? 0) >= 0x80 ? writeElement(derTag.integer, zeroByte, bytes) : writeElement(derTag.integer, bytes)
}

/** An OBJECT IDENTIFIER from what `oid` made (X.690 section 8.19). */
export function writeOid(oidHex: string): Buffer {
  return writeElement(derTag.oid, Buffer.from(oidHex, 'hex'))
}

/** A BIT STRING of whole bytes (X.690 section 8.6). */
export function writeBitString(bytes: Uint8Array): Buffer {
  return writeElement(derTag.bitString, zeroByte, bytes)
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
  return writeElement(derTag.boolean, trueByte)
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

function countLengthBytes(length: number): number {
  if (length < 0x80) return 1
  return 1 + Math.ceil((32 - Math.clz32(length)) / 8)
}

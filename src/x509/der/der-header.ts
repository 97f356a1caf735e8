/** Where an encoding begins, where its content does, and where both end. */
export interface DerElement {
  readonly tag: number
  readonly start: number
  readonly contentStart: number
  readonly end: number
}

/** Within which bytes an encoding must lie. */
export interface DerRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads tag and length of the encoding at the start of the range. A text is what is wrong with it: X.690 section 8.1.2
 * (tags), section 10.1 (DER has definite lengths in the fewest bytes alone).
 */
export function readHeader(bytes: Buffer, range: DerRange): DerElement | string {
  const { start } = range
  const tag = start < range.end ? bytes[start] : undefined
  if (tag === undefined) return 'it ends too early'
  // Tag numbers over 30 take further bytes (section 8.1.2.4). Nothing in X.509 or PKCS#10 has one.
  if ((tag & 0x1f) === 0x1f) return 'a tag number over 30'
  const length = readLength(bytes, { start: start + 1, end: range.end })
  if (typeof length === 'string') return length
  const end = length.contentStart + length.value
  return end > range.end ? 'a length over the end' : { tag, start, contentStart: length.contentStart, end }
}

interface Length {
  readonly value: number
  readonly contentStart: number
}

function readLength(bytes: Buffer, range: DerRange): Length | string {
  const first = range.start < range.end ? bytes[range.start] : undefined
  if (first === undefined) return 'it ends too early'
  if (first < 0x80) return { value: first, contentStart: range.start + 1 }
  if (first === 0x80) return 'an indefinite length'
  const count = first & 0x7f
  const contentStart = range.start + 1 + count
  if (contentStart > range.end) return 'it ends too early'
  if (bytes[range.start + 1] === 0) return 'a length with needless bytes'
  if (count > 4) return 'a length over the end'
  const value = bytes.readUIntBE(range.start + 1, count)
  return value < 0x80 ? 'a length with needless bytes' : { value, contentStart }
}

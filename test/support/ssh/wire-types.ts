/** The data types of RFC 4251 section 5. */
export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function wireString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([wireUint32(bytes.length), bytes])
}

/** A number of no sign, as `mpint`. */
export function wireMpint(value: Buffer): Buffer {
  const first = value.findIndex((byte) => byte !== 0)
  const bare = value.subarray(first < 0 ? value.length : first)
  return wireString((bare[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bare]) : bare)
}

/** The strings that follow one another from `offset` on. */
export function readWireStrings(bytes: Buffer, offset: number, count: number): Buffer[] {
  const strings: Buffer[] = []
  for (let at = offset; strings.length < count; ) {
    const length = bytes.readUInt32BE(at)
    strings.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return strings
}

/** One field of a protobuf message (https://protobuf.dev/programming-guides/encoding): a number, or a part of the message. */
export interface WireField {
  readonly number: number
  /** Of a varint; undefined for others, and where it is beyond 2^53. */
  readonly value: number | undefined
  /** Of what has a length. */
  readonly bytes: Uint8Array | undefined
}

/** The fields of a message; undefined where it is none. Each is at least one byte, so that this ends for any bytes. */
export function parseFields(message: Uint8Array): readonly WireField[] | undefined {
  const fields: WireField[] = []
  let at = 0
  while (at < message.length) {
    const tag = readVarint(message, at)
    if (tag === undefined || tag.value === undefined || tag.value < 8) return undefined
    const field = readField(message, { number: Math.floor(tag.value / 8), kind: tag.value % 8, at: tag.end })
    if (field === undefined || field.end > message.length) return undefined
    fields.push(field)
    at = field.end
  }
  return fields
}

interface Varint {
  readonly value: number | undefined
  readonly end: number
}

interface FieldPlace {
  readonly number: number
  readonly kind: number
  readonly at: number
}

function readField(message: Uint8Array, { number, kind, at }: FieldPlace): (WireField & { end: number }) | undefined {
  const empty = { number, value: undefined, bytes: undefined }
  if (kind === 1) return { ...empty, end: at + 8 }
  if (kind === 5) return { ...empty, end: at + 4 }
  const varint = kind === 0 || kind === 2 ? readVarint(message, at) : undefined
  if (varint === undefined) return undefined
  if (kind === 0) return { ...empty, ...varint }
  if (varint.value === undefined) return undefined
  const end = varint.end + varint.value
  return { ...empty, bytes: message.subarray(varint.end, end), end }
}

// Ten bytes at most; a value beyond 2^53, such as a random id, is passed over.
function readVarint(message: Uint8Array, at: number): Varint | undefined {
  let value = 0
  for (let length = 0; length < 10; length += 1) {
    const byte = message[at + length]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * length)
    if (byte < 0x80) return { value: Number.isSafeInteger(value) ? value : undefined, end: at + length + 1 }
  }
  return undefined
}

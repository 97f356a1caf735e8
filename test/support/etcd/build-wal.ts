import { crc32c } from '../../../src/etcd/raft-log/crc32c.ts'

/** What a test writes into a log. */
export type WalEntry =
  | { readonly index: number; readonly data: Uint8Array; readonly isConfChange?: boolean }
  | { readonly commit: number }
  | { readonly snapshot: number }

/** A field of protobuf, of a number or of bytes. */
export function field(number: number, value: number | Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  if (typeof bytes === 'number') return Buffer.concat([varint(number * 8), varint(bytes)])
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

/** A request of the v2 API as 3.4 and 3.5 write it. */
export function v2Request(method: string, path: string): Buffer {
  return Buffer.concat([field(1, 7), field(2, method), field(3, path), field(4, ''), field(5, 0)])
}

/** A request of the v3 API: a header and a put. */
export const v3Request = Buffer.concat([
  field(4, Buffer.concat([field(1, 'k'), field(2, 'v')])),
  field(100, field(1, 9)),
])

/** A file of etcd's log with these records, as etcd makes it: followed by zeros. */
export function buildWal(entries: readonly WalEntry[], { zeros = 512 } = {}): Buffer {
  let crc = 0
  const frames = [frame(4, undefined, crc), ...[field(1, 1), ...entries.map(dataOf)].map(write)]
  return Buffer.concat([...frames, Buffer.alloc(zeros)])

  function write(data: Uint8Array, place: number): Buffer {
    crc = crc32c(data, crc)
    const entry = entries[place - 1]
    const type = entry === undefined ? 1 : 'data' in entry ? 2 : 'commit' in entry ? 3 : 5
    return frame(type, data, crc)
  }
}

function dataOf(entry: WalEntry): Buffer {
  if ('commit' in entry) return Buffer.concat([field(1, 1), field(2, 1), field(3, entry.commit)])
  if ('snapshot' in entry) return Buffer.concat([field(1, entry.snapshot), field(2, 1)])
  const type = entry.isConfChange === true ? 1 : 0
  return Buffer.concat([field(1, type), field(2, 1), field(3, entry.index), field(4, entry.data)])
}

function frame(type: number, data: Uint8Array | undefined, crc: number): Buffer {
  const record = Buffer.concat([field(1, type), field(2, crc), ...(data === undefined ? [] : [field(3, data)])])
  const padding = (8 - (record.length % 8)) % 8
  const length = Buffer.alloc(8)
  length.writeUIntLE(record.length, 0, 6)
  if (padding > 0) length[7] = 0x80 | padding
  return Buffer.concat([length, record, Buffer.alloc(padding)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}

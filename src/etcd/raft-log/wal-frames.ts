import { crc32c } from './crc32c.ts'
import { parseFields } from './wire-fields.ts'

/** One record of etcd's write-ahead log. */
export interface WalRecord {
  /** 1 metadata, 2 entry, 3 state, 4 checksum, 5 snapshot (server/storage/wal/wal.go). */
  readonly type: number
  readonly data: Uint8Array
}

/** How a file ended: `torn` where what stands last is not whole, as while etcd writes it. */
export type WalEnd = 'whole' | 'torn'

const lengthBytes = 8
// etcd takes requests of 1.5 MiB unless it is told otherwise; no more than this is held in memory.
const maxRecordBytes = 64 * 1024 ** 2
const checksumType = 4

/**
 * The records of one file of the log, `SEQUENCE-INDEX.wal`, piece by piece (server/storage/wal/decoder.go): a length of 56 bits,
 * little-endian, in whose top byte stands how many bytes of padding follow, then the record: type 1, checksum 2, data 3. The
 * checksum covers all data until there. A length of 0 ends it: etcd makes its files 64 MB of zeros beforehand.
 */
export class WalFrames {
  #rest: Uint8Array = new Uint8Array()
  #crc: number | undefined
  #end: WalEnd | undefined

  /** Reads on. What comes after the end is passed over. */
  push(piece: Uint8Array, visit: (record: WalRecord) => void): void {
    if (this.#end !== undefined) return
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    let at = 0
    while (this.#end === undefined) {
      const taken = this.#take(bytes, at, visit)
      if (taken === 0) break
      at += taken
    }
    // A copy: whoever reads may use the piece again.
    this.#rest = Uint8Array.from(bytes.subarray(at))
  }

  get end(): WalEnd {
    return this.#end ?? (this.#rest.length === 0 ? 'whole' : 'torn')
  }

  get isOver(): boolean {
    return this.#end !== undefined
  }

  /** How many bytes the frame at this place has; 0 where it is not there as a whole yet, or where the file ends. */
  #take(bytes: Uint8Array, at: number, visit: (record: WalRecord) => void): number {
    if (bytes.length < at + lengthBytes) return 0
    const { recordBytes, paddingBytes } = readLength(bytes, at)
    if (recordBytes === 0) return this.#finish('whole')
    if (recordBytes > maxRecordBytes) return this.#finish('torn')
    const frameBytes = lengthBytes + recordBytes + paddingBytes
    if (bytes.length < at + frameBytes) return 0
    const record = this.#check(bytes.subarray(at + lengthBytes, at + lengthBytes + recordBytes))
    if (record === undefined) return this.#finish('torn')
    visit(record)
    return frameBytes
  }

  #check(bytes: Uint8Array): WalRecord | undefined {
    const fields = parseFields(bytes)
    if (fields === undefined) return undefined
    const find = (number: number) => fields.findLast((field) => field.number === number)
    const type = find(1)?.value
    const crc = find(2)?.value ?? 0
    const data = find(3)?.bytes ?? new Uint8Array()
    if (type === undefined) return undefined
    // Each file begins with the checksum of all before it.
    const isFirst = this.#crc === undefined
    if (type === checksumType) this.#crc = crc
    else if (this.#crc !== undefined) this.#crc = crc32c(data, this.#crc)
    if (this.#crc !== crc || (isFirst && type !== checksumType)) return undefined
    return { type, data }
  }

  #finish(end: WalEnd): 0 {
    this.#end = end
    return 0
  }
}

function readLength(bytes: Uint8Array, at: number): { recordBytes: number; paddingBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, lengthBytes)
  const top = view.getUint8(7)
  const recordBytes = view.getUint32(0, true) + (view.getUint32(4, true) & 0xffffff) * 2 ** 32
  return { recordBytes, paddingBytes: top >= 0x80 ? top & 7 : 0 }
}

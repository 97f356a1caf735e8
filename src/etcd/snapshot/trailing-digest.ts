import { createHash } from 'node:crypto'

/** What is wrong with a snapshot, as far as its bytes tell. */
export type SnapshotFault = 'empty' | 'foreign' | 'without-digest' | 'cut-off' | 'changed'

/** What the bytes of a snapshot are, once they have ended. */
export interface SnapshotDigest {
  readonly bytes: number
  /** Of all of them, in hexadecimal, as `sha256sum` prints it. */
  readonly sha256: string
  /** Absent where they are what etcd sent. */
  readonly fault?: SnapshotFault
}

const digestBytes = 32
/** bbolt's pages are a multiple of this. */
const diskBlockBytes = 512
/** The first page's header, and the mark behind it (bbolt internal/common, `Meta.magic`), little-endian. */
const mark = { at: 16, value: 0xed0cdaed, end: 20 }

/**
 * The digest of a snapshot while it passes. etcd ends each with the SHA-256 of all before it (3.4 to 3.7,
 * api/v3rpc/maintenance.go, `Snapshot`), so the last 32 bytes are held back until it is known that they are the last.
 */
export class TrailingDigest {
  readonly #hash = createHash('sha256')
  #head = Buffer.alloc(0)
  #tail = Buffer.alloc(0)
  #bytes = 0

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    if (this.#head.length < mark.end) this.#head = Buffer.concat([this.#head, chunk.subarray(0, mark.end)])
    const settledBytes = Math.max(0, this.#tail.length + chunk.length - digestBytes)
    const ofTail = Math.min(settledBytes, this.#tail.length)
    const ofChunk = settledBytes - ofTail
    this.#hash.update(this.#tail.subarray(0, ofTail)).update(chunk.subarray(0, ofChunk))
    this.#tail = Buffer.concat([this.#tail.subarray(ofTail), chunk.subarray(ofChunk)])
  }

  /** What has passed so far, taken for the whole. */
  finish(): SnapshotDigest {
    const sha256 = this.#hash.copy().update(this.#tail).digest('hex')
    const fault = this.#findFault()
    return { bytes: this.#bytes, sha256, ...(fault !== undefined && { fault }) }
  }

  #findFault(): SnapshotFault | undefined {
    if (this.#bytes === 0) return 'empty'
    if (this.#head.length < mark.end || this.#head.readUInt32LE(mark.at) !== mark.value) return 'foreign'
    if (this.#hash.copy().digest().equals(this.#tail)) return undefined
    const odd = this.#bytes % diskBlockBytes
    if (odd === 0) return 'without-digest'
    return odd === digestBytes ? 'changed' : 'cut-off'
  }
}

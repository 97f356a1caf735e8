import { SignetError } from '../core/signet-error.ts'

const newline = 0x0a

/** Cuts a stream of bytes into lines, and refuses one that is longer than it may be before it fills the memory. */
export class LineSplitter {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that this chunk completes, without their newlines. Throws `bad-data` on a line that is too long. */
  push(chunk: Buffer): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end))
      lines.push(Buffer.concat(this.#parts, this.#length).toString('utf8'))
      this.#parts = []
      this.#length = 0
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxBytes) throw new SignetError('bad-data', `a line is over ${this.#maxBytes} bytes`)
    if (part.length > 0) this.#parts.push(part)
  }
}

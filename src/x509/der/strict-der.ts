import type { SignetError } from '../../core/signet-error.ts'
import { contentFault } from './der-content.ts'
import { type DerDocument, notStrictDer, refuseDocument, refuseKey } from './der-document.ts'
import { type DerElement, type DerRange, readHeader } from './der-header.ts'
import { constructedContext, derTag } from './der-tag.ts'
import { firstGeneralizedYear, parseDerTime } from './der-time.ts'

/**
 * A cursor over DER that accepts nothing but DER. Signed data with a second accepted encoding is how a signature is made
 * to cover one thing and a reader to see another (Bleichenbacher 2006, BERserk 2014).
 */
export class DerReader {
  readonly document: DerDocument
  readonly bytes: Buffer
  readonly #end: number
  #position: number

  constructor(document: DerDocument, bytes: Buffer, range: DerRange = { start: 0, end: bytes.length }) {
    this.document = document
    this.bytes = bytes
    this.#position = range.start
    this.#end = range.end
  }

  /** Where what is left to read lies in `bytes`. */
  get range(): DerRange {
    return { start: this.#position, end: this.#end }
  }

  /** Whether nothing is left. */
  get atEnd(): boolean {
    return this.#position >= this.#end
  }

  /** Whether an encoding with this tag comes next: the question that OPTIONAL and DEFAULT ask. */
  nextIs(tag: number): boolean {
    return !this.atEnd && this.bytes[this.#position] === tag
  }

  /** The next tag, for a CHOICE. */
  nextTag(): number | undefined {
    return this.atEnd ? undefined : this.bytes[this.#position]
  }

  /** A reader of a part of these same bytes, so that refusals count from the document's first byte. */
  over(part: Buffer): DerReader {
    const start = part.byteOffset - this.bytes.byteOffset
    return new DerReader(this.document, this.bytes, { start, end: start + part.length })
  }

  /** A refusal of the document as not DER, at the cursor. */
  malformed(reason: string): SignetError {
    return notStrictDer(this.document, reason, this.#position)
  }

  /** A refusal of the document for what it says: the predicate follows its name. */
  refusal(predicate: string): SignetError {
    return refuseDocument(this.document, predicate)
  }

  /** A refusal of the document for the key in it. */
  keyRefusal(predicate: string): SignetError {
    return refuseKey(this.document, predicate)
  }

  /** Refuses whatever is left: bytes after the end are where a second document hides. */
  finish(): void {
    if (!this.atEnd) throw this.malformed('trailing bytes')
  }

  /** The next encoding with its header, as it stands. */
  readRaw(tag?: number): Buffer {
    const { start, end } = this.#next(tag)
    return this.bytes.subarray(start, end)
  }

  /** The content of a primitive type after the checks of its own sections of X.690. */
  readContent(tag: number): Buffer {
    const { start, contentStart, end } = this.#next(tag)
    const content = this.bytes.subarray(contentStart, end)
    const fault = contentFault(tag, content)
    if (fault !== undefined) throw notStrictDer(this.document, fault, start)
    return content
  }

  /** The content of an IMPLICIT primitive type, unchecked: its type is the caller's to know. */
  readImplicit(tag: number): Buffer {
    const { contentStart, end } = this.#next(tag)
    return this.bytes.subarray(contentStart, end)
  }

  /** A reader of a constructed encoding's content. */
  enter(tag: number): DerReader {
    const { contentStart, end } = this.#next(tag)
    return new DerReader(this.document, this.bytes, { start: contentStart, end })
  }

  /** SEQUENCE and SEQUENCE OF (X.690 sections 8.9 and 8.10). */
  readSequence(): DerReader {
    return this.enter(derTag.sequence)
  }

  /** SET OF, whose encodings must ascend (X.690 section 11.6). `[n] IMPLICIT SET OF` has its own tag. */
  readSetOf(tag: number = derTag.set, unsorted: UnsortedSet = { fault: 'an unsorted SET OF' }): DerReader {
    const { contentStart, end } = this.#next(tag)
    requireAscending(new DerReader(this.document, this.bytes, { start: contentStart, end }), unsorted)
    return new DerReader(this.document, this.bytes, { start: contentStart, end })
  }

  /** `[number] EXPLICIT` (X.690 section 8.14). */
  readExplicit(number: number): DerReader {
    return this.enter(constructedContext(number))
  }

  /** INTEGER as its two's complement bytes (X.690 section 8.3). */
  readInteger(): Buffer {
    return this.readContent(derTag.integer)
  }

  /** A positive INTEGER as its magnitude, without the byte that only holds the sign. */
  readPositiveInteger(what: string): Buffer {
    const content = this.readInteger()
    const first = content[0] ?? 0
    if (first >= 0x80 || (first === 0 && content.length === 1)) throw this.refusal(`has ${what} that is not positive`)
    return first === 0 ? content.subarray(1) : content
  }

  /** An INTEGER of 0 to 127, such as a version. */
  readSmallInteger(): number | undefined {
    const content = this.readInteger()
    const value = content[0] ?? 0
    return content.length === 1 && value < 0x80 ? value : undefined
  }

  /** OBJECT IDENTIFIER (X.690 section 8.19) as the hexadecimal text of its content, which `oid` makes too. */
  readOid(): string {
    return this.readContent(derTag.oid).toString('hex')
  }

  /** A BIT STRING that holds whole bytes (X.690 section 8.6). */
  readBitStringBytes(): Buffer {
    const content = this.readContent(derTag.bitString)
    if (content[0] !== 0) throw this.malformed('a BIT STRING with unused bits where bytes are due')
    return content.subarray(1)
  }

  /** A BIT STRING of named bits, the numbers of those set; trailing zeros are not encoded (X.690 section 11.2.2). */
  readNamedBits(): number[] {
    const content = this.readContent(derTag.bitString)
    const bits: number[] = []
    for (let bit = 0; bit < (content.length - 1) * 8; bit++) {
      if (((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) bits.push(bit)
    }
    const length = (content.length - 1) * 8 - (content[0] ?? 0)
    if ((bits.at(-1) ?? -1) !== length - 1) throw this.malformed('a named BIT STRING with trailing zeros')
    return bits
  }

  /** OCTET STRING (X.690 section 8.7). */
  readOctetString(): Buffer {
    return this.readContent(derTag.octetString)
  }

  /** BOOLEAN DEFAULT FALSE: FALSE is then not encoded (X.690 section 11.5). */
  readDefaultFalse(): boolean {
    if (!this.nextIs(derTag.boolean)) return false
    if (this.readContent(derTag.boolean)[0] === 0) throw this.malformed('an encoded default value')
    return true
  }

  /** NULL (X.690 section 8.8). */
  readNull(): void {
    this.readContent(derTag.null)
  }

  /** Time of RFC 5280 section 4.1.2.5, in milliseconds since the epoch: UTCTime before 2050, GeneralizedTime after. */
  readTime(): number {
    const tag = this.nextIs(derTag.utcTime) ? derTag.utcTime : derTag.generalizedTime
    const timeMs = parseDerTime(tag, this.readContent(tag)) ?? Number.NaN
    if (tag === derTag.generalizedTime && new Date(timeMs).getUTCFullYear() < firstGeneralizedYear) {
      throw this.malformed('a GeneralizedTime before 2050')
    }
    return timeMs
  }

  #next(tag: number | undefined): DerElement {
    const element = readHeader(this.bytes, { start: this.#position, end: this.#end })
    if (typeof element === 'string') throw this.malformed(element)
    if (tag !== undefined && element.tag !== tag) {
      throw this.malformed(`tag 0x${element.tag.toString(16)} where 0x${tag.toString(16)} is due`)
    }
    this.#position = element.end
    return element
  }
}

/** What is said of a SET OF that is not in order, and what to type about it where that is known. */
interface UnsortedSet {
  readonly fault: string
  readonly hint?: string
}

function requireAscending(set: DerReader, { fault, hint = set.document.hint }: UnsortedSet): void {
  let previous: Buffer | undefined
  while (!set.atEnd) {
    const { start } = set.range
    const current = set.readRaw()
    if (previous !== undefined && Buffer.compare(previous, current) > 0) {
      throw notStrictDer({ ...set.document, hint }, fault, start)
    }
    previous = current
  }
}

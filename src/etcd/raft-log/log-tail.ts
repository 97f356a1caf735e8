import { v2KindOf } from './v2-request.ts'
import type { WalRecord } from './wal-frames.ts'
import { parseFields } from './wire-fields.ts'

const entryType = 2
// etcd commits its database ten times a second: no tail is as long. What is beyond counts as written.
const mostOthers = 100_000

/** Counts what a log holds beyond one index, in the order in which etcd wrote it; of fixed size. */
export class LogTail {
  /** Entries up to this index are in the database. */
  readonly beyond: number
  #last: number
  /** The entries that write nothing, in order: a new Raft leader's empty one, a change of members. */
  #others: number[] = []

  constructor(beyond: number) {
    this.beyond = beyond
    this.#last = beyond
  }

  /** At most so many requests of clients are in the log alone: acknowledged ones, and ones that nobody was told of. */
  get writes(): number {
    return this.#last - this.beyond - this.#others.length
  }

  readonly visit = ({ type, data }: WalRecord): void => {
    const fields = type === entryType ? parseFields(data) : undefined
    const fieldOf = (number: number) => fields?.findLast((field) => field.number === number)
    const index = fieldOf(3)?.value
    if (index === undefined || index <= this.beyond) return
    // It takes the place of all from its index on.
    if (index <= this.#last) this.#others = this.#others.filter((other) => other < index)
    this.#last = index
    const isNormal = (fieldOf(1)?.value ?? 0) === 0
    const bytes = fieldOf(4)?.bytes ?? new Uint8Array()
    const isWrite = isNormal && bytes.length > 0 && v2KindOf(bytes) !== 'membership'
    if (!isWrite && this.#others.length < mostOthers) this.#others.push(index)
  }
}

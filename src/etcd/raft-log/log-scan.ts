import { type V2Kind, v2KindOf } from './v2-request.ts'
import type { WalRecord } from './wal-frames.ts'
import { parseFields, type WireField } from './wire-fields.ts'

/** The first and the last index at which the log has something. */
interface Span {
  readonly first: number
  readonly last: number
}

const entryType = 2
const stateType = 3
const snapshotType = 5
const mostSnapshots = 64

/** What is found in the records of a log above one index, in the order in which etcd wrote them; of fixed size. */
export class LogScan {
  readonly #above: number
  readonly #v2: Record<V2Kind, Span | undefined> = { membership: undefined, foreign: undefined }
  #snapshots: readonly number[] = []
  #lastIndex = 0
  #committed = 0
  #isOdd = false

  /** Entries up to this index are in the raft snapshot that etcd starts from. */
  constructor(above: number) {
    this.#above = above
  }

  readonly visit = ({ type, data }: WalRecord): void => {
    const fields = parseFields(data)
    if (fields === undefined) this.#isOdd = true
    else if (type === entryType) this.#entry(fields)
    else if (type === stateType) this.#committed = numberOf(fields, 3) ?? this.#committed
    else if (type === snapshotType)
      this.#snapshots = [...this.#snapshots, numberOf(fields, 1) ?? 0].slice(-mostSnapshots)
  }

  /** Whether something in the records is not what etcd writes. */
  get isOdd(): boolean {
    return this.#isOdd
  }

  /** The index of the newest entry. */
  get lastIndex(): number {
    return this.#lastIndex
  }

  /** Whether the log has a record of a raft snapshot of this index, and etcd therefore starts from its file. */
  knowsSnapshot(index: number): boolean {
    return index <= this.#committed && this.#snapshots.includes(index)
  }

  /** The index of the last entry of the v2 API of that kind, or a later one where a new Raft leader replaced the last ones. */
  lastV2(kind: V2Kind): number | undefined {
    return this.#v2[kind]?.last
  }

  #entry(fields: readonly WireField[]): void {
    const index = numberOf(fields, 3)
    if (index === undefined) this.#isOdd = true
    if (index === undefined || index <= this.#above) return
    // An entry takes the place of all from its index on: what another Raft leader had written and was never committed.
    if (index <= this.#lastIndex) this.#truncate(index)
    this.#lastIndex = index
    const isNormal = (numberOf(fields, 1) ?? 0) === 0
    const data = fields.findLast(({ number }) => number === 4)?.bytes
    const kind = isNormal && data !== undefined ? v2KindOf(data) : undefined
    if (kind !== undefined) this.#v2[kind] = { first: this.#v2[kind]?.first ?? index, last: index }
  }

  #truncate(index: number): void {
    for (const kind of ['membership', 'foreign'] as const) {
      const span = this.#v2[kind]
      if (span === undefined || span.last < index) continue
      this.#v2[kind] = span.first < index ? { ...span, last: index - 1 } : undefined
    }
  }
}

function numberOf(fields: readonly WireField[], number: number): number | undefined {
  return fields.findLast((field) => field.number === number)?.value
}

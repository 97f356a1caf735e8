/** A file of the log, or of a raft snapshot. */
export interface LogFile {
  readonly name: string
  /** Of the first entry in it, or of the last one that the snapshot holds. */
  readonly index: number
}

/** The snapshots among the names in `member/snap`, `TERM-INDEX.snap`, newest first. */
export function snapshotFiles(names: readonly string[]): readonly LogFile[] {
  return parseNames(names, 'snap').toSorted((one, other) => other.index - one.index)
}

/**
 * The files among the names in `member/wal`, `SEQUENCE-INDEX.wal`, that hold what comes after a snapshot of this index, in order;
 * undefined where some of it is not there.
 */
export function filesAfter(names: readonly string[], index: number): readonly LogFile[] | undefined {
  const files = parseNames(names, 'wal').toSorted((one, other) => one.first - other.first)
  const start = files.findLastIndex((file) => file.index <= index)
  const after = files.slice(Math.max(0, start))
  const isWhole = after.every(({ first }, place) => first === (after[0]?.first ?? 0) + place)
  return start >= 0 && isWhole ? after : undefined
}

function parseNames(names: readonly string[], ending: 'snap' | 'wal'): readonly (LogFile & { first: number })[] {
  const form = new RegExp(`^([0-9a-f]{16})-([0-9a-f]{16})\\.${ending}$`)
  return names.flatMap((name) => {
    const [, first = '', index = ''] = form.exec(name) ?? []
    return index === '' ? [] : [{ name, first: Number.parseInt(first, 16), index: Number.parseInt(index, 16) }]
  })
}

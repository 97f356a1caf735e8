import * as v from 'valibot'
import { withoutFailureCode } from '../core/failure-lines.ts'

const entrySchema = v.object({ level: v.string(), msg: v.string(), error: v.optional(v.string()) })
const complaining = new Set(['error', 'fatal', 'panic'])

/** The last complaint in a log of etcd or of a daemon of ours: what most likely ended it. Pure. */
export function findComplaint(log: string): string | undefined {
  const lines = log.split('\n')
  // etcd logs why it panics, and Go then repeats no more than half of it.
  return findLastOf(lines, readEntry) ?? findLastOf(lines, readPlain)
}

function findLastOf(lines: readonly string[], read: (line: string) => string | undefined): string | undefined {
  return lines.map(read).findLast((found) => found !== undefined)
}

function readEntry(line: string): string | undefined {
  const entry = v.safeParse(v.pipe(v.string(), v.parseJson(), entrySchema), line)
  if (!entry.success || !complaining.has(entry.output.level)) return undefined
  const { msg, error } = entry.output
  return error === undefined ? msg : `${msg}: ${error}`
}

// What a program says that ends before it has a log; and Go's panics.
function readPlain(line: string): string | undefined {
  const [, said] =
    /^(?:signet: error|panic|fatal error|[\w./-]+: error while loading shared libraries): (.+)/.exec(line) ?? []
  return said === undefined ? undefined : withoutFailureCode(said)
}

import * as v from 'valibot'

const entrySchema = v.object({ level: v.string(), msg: v.string(), error: v.optional(v.string()) })
const complaining = new Set(['error', 'fatal', 'panic'])

/** The last complaint in a log of etcd or of a daemon of ours: what most likely ended it. Pure. */
export function findComplaint(log: string): string | undefined {
  return log
    .split('\n')
    .map(readComplaint)
    .findLast((found) => found !== undefined)
}

function readComplaint(line: string): string | undefined {
  // What a program says that ends before it has a log; and Go's panics.
  const plain = /^(?:signet: error|panic|fatal error|[\w./-]+: error while loading shared libraries): (.+)/.exec(line)
  if (plain !== null) return plain[1]
  const entry = v.safeParse(entrySchema, parseJson(line))
  if (!entry.success || !complaining.has(entry.output.level)) return undefined
  const { msg, error } = entry.output
  return error === undefined ? msg : `${msg}: ${error}`
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

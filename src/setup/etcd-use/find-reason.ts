import { quoteUntrusted } from '../../core/quote-untrusted.ts'

const gravest = ['panic', 'fatal', 'error'] as const

/** What in the last lines of etcd's log says why it ended: the last of the gravest kind, or else the last line; quoted. Pure. */
export function findReason(lines: readonly string[]): string | undefined {
  for (const level of gravest) {
    const line = lines.findLast((one) => one.includes(`"level":"${level}"`))
    if (line !== undefined) return quoteUntrusted(messageOf(line))
  }
  const panic = lines.find((line) => line.startsWith('panic: '))
  const line = panic ?? lines.at(-1)
  return line === undefined ? undefined : quoteUntrusted(line)
}

// zap's JSON: a line may be cut, so that it is not parsed.
function messageOf(line: string): string {
  const message = /"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line
  const error = /"error":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1]
  return error === undefined ? message : `${message}: ${error}`
}

import { isMasterName } from '../../protocol/names.ts'
import { readJournalTime } from './issued-line.ts'

/** A line of the journal by which root says that a master is gone, and nobody need wait for it to renew. */
interface Forgetting {
  readonly timeMs: number
  readonly name: string
}

/**
 * The journal's line, without the newline. Root writes it while the authority is stopped: with a question on the socket
 * whoever broke the endpoint could hide masters that fail. An older authority skips the line.
 */
export function formatForgetLine({ timeMs, name }: Forgetting): string {
  return JSON.stringify({ time: new Date(timeMs).toISOString(), forget: name })
}

/** The master that a line has forgotten, or undefined where it tells of none. */
export function parseForgetLine(line: string): Forgetting | undefined {
  try {
    const { time, forget: name }: Readonly<Record<string, unknown>> = JSON.parse(line)
    const timeMs = readJournalTime(time)
    return Number.isNaN(timeMs) || typeof name !== 'string' || !isMasterName(name) ? undefined : { timeMs, name }
  } catch {
    return undefined
  }
}

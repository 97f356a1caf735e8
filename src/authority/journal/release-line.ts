import { isMemberName } from '../../core/member-name.ts'
import { readJournalTime } from './issued-line.ts'

/** A line of the journal by which root ends who holds a member's name, since the host is gone or comes back elsewhere. */
export interface Release {
  readonly timeMs: number
  readonly name: string
}

/**
 * The journal's line for a release, without the newline. Root writes it, while the authority is stopped: there is no
 * question for it on the socket, since whoever broke the endpoint must not free names. An older authority skips the line.
 */
export function formatReleaseLine({ timeMs, name }: Release): string {
  return JSON.stringify({ time: new Date(timeMs).toISOString(), release: name })
}

/** The release that a line tells of, or undefined where it tells of none. */
export function parseReleaseLine(line: string): Release | undefined {
  try {
    const { time, release: name }: Readonly<Record<string, unknown>> = JSON.parse(line)
    const timeMs = readJournalTime(time)
    return Number.isNaN(timeMs) || typeof name !== 'string' || !isMemberName(name) ? undefined : { timeMs, name }
  } catch {
    return undefined
  }
}

import { durationForm, parseDurationSeconds } from '../core/duration.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'

/** The moment in what an operator typed behind `--at`: `+36h`, or an RFC 3339 time. Throws `usage`. */
export function parseAt(text: string, nowMs: number): number {
  const atMs = text.startsWith('+') ? nowMs + durationMs(text.slice(1)) : timeMs(text)
  if (atMs >= nowMs) return atMs
  throw new SignetError('usage', 'the time of --at is over', { hint })
}

const hint = `say how long from now, --at +36h, or when, --at 2026-01-31T12:00:00Z; of a duration, ${durationForm}`
const timePattern =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,3})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/

function durationMs(text: string): number {
  try {
    return parseDurationSeconds(text, '--at') * 1000
  } catch (cause) {
    throw new SignetError('usage', `--at is not a time from now: ${quoteUntrusted(text)}`, { hint, cause })
  }
}

function timeMs(text: string): number {
  const parsed = timePattern.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(parsed)) return parsed
  throw new SignetError('usage', `--at is not a time: ${quoteUntrusted(text)}`, { hint })
}

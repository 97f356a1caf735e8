import { quoteUntrusted } from './quote-untrusted.ts'
import { SignetError } from './signet-error.ts'

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
/** What a duration looks like, wherever one is typed or written: on the command line, in signet.yaml, in a file of answers. */
export const durationForm = 'write a whole number and one unit of s, m, h and d: 90s, 30m, 24h or 7d'

const pattern = /^([1-9][0-9]{0,8})(s|m|h|d)$/

/** Seconds in a duration written as a whole number and one unit, such as `90s`, `24h` or `90d`. Throws `usage`. */
export function parseDurationSeconds(text: string, subject: string): number {
  const match = pattern.exec(text)
  const unit = unitSeconds[match?.[2] ?? '']
  if (match === null || unit === undefined) {
    throw new SignetError('usage', `${subject} is not a duration: ${quoteUntrusted(text)}`, { hint: durationForm })
  }
  return Number(match[1]) * unit
}

/** The shortest exact way to write a number of seconds, such as `24h` for 86400. */
export function formatDuration(seconds: number): string {
  for (const unit of ['h', 'm'] as const) {
    const size = unitSeconds[unit] ?? 1
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`
  }
  return `${seconds}s`
}

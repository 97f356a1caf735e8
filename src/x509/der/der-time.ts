import { derTag } from './der-tag.ts'

const utcPattern = /^[0-9]{12}Z$/
const generalizedPattern = /^[0-9]{14}Z$/

/** From this year on certificates hold GeneralizedTime, before it UTCTime (RFC 5280 section 4.1.2.5). */
export const firstGeneralizedYear = 2050

/**
 * Milliseconds since the epoch of a UTCTime or GeneralizedTime in the one form that RFC 5280 section 4.1.2.5 allows:
 * with seconds, in Zulu, without fractions, a date that exists. Undefined where it is anything else.
 */
export function parseDerTime(tag: number, content: Buffer): number | undefined {
  const text = content.toString('latin1')
  if (!(tag === derTag.utcTime ? utcPattern : generalizedPattern).test(text)) return undefined
  const digits = tag === derTag.utcTime ? `${text < '5' ? '20' : '19'}${text}` : text
  const part = (from: number, to: number): number => Number(digits.slice(from, to))
  const [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)]
  const [hour, minute, second] = [part(8, 10), part(10, 12), part(12, 14)]
  // Date.UTC takes February 30th for March 2nd and the year 20 for 1920, so every part is held against its bounds.
  const exists = year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  return exists && hour < 24 && minute < 60 && second < 60
    ? Date.UTC(year, month - 1, day, hour, minute, second)
    : undefined
}

/** The tag and the text of a time as RFC 5280 section 4.1.2.5 wants it. The time must be in whole seconds. */
export function formatDerTime(timeMs: number): { readonly tag: number; readonly text: string } {
  const digits = formatDigits(timeMs)
  const year = new Date(timeMs).getUTCFullYear()
  if (year >= 1950 && year < firstGeneralizedYear) return { tag: derTag.utcTime, text: digits.slice(2) }
  return { tag: derTag.generalizedTime, text: digits }
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function formatDigits(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`
}

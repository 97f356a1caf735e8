import { dayMs, tellSpan } from '../../core/tell-span.ts'

/**
 * A moment as people need it, from now and by the clock: `in 14 h 12 m, 03:12 UTC`, `5 m ago, 23:55 UTC`,
 * `in 89 days, 2026-05-01`. Within a day the hour is clear by itself. Pure.
 */
export function tellTime(atMs: number, nowMs: number): string {
  const sizeMs = Math.abs(atMs - nowMs)
  return `${tellDistance(atMs, nowMs)}, ${tellClock(atMs, sizeMs)}`
}

/** How far a moment is from now: `in 14 h 12 m`, `5 m ago`. Pure. */
export function tellDistance(atMs: number, nowMs: number): string {
  const size = tellSpan(Math.abs(atMs - nowMs))
  if (size === '0 m') return 'now'
  return atMs > nowMs ? `in ${size}` : `${size} ago`
}

const moment = /\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z(?!, [0-9]+ days)/g

/** A sentence with each of its times told from now too: `valid until 2031-01-02T00:00:00Z (in 14 h 12 m)`. Pure. */
export function tellTimesIn(text: string, nowMs: number): string {
  return text.replace(moment, (time) => {
    const atMs = Date.parse(time)
    return Number.isFinite(atMs) ? `${time.replace('.000Z', 'Z')} (${tellDistance(atMs, nowMs)})` : time
  })
}

function tellClock(atMs: number, sizeMs: number): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split('T')
  if (sizeMs >= 7 * dayMs) return date
  const clock = `${time.slice(0, 5)} UTC`
  return sizeMs < dayMs ? clock : `${date} ${clock}`
}

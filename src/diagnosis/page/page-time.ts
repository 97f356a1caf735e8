import { tellDistance } from '../screen/tell-time.ts'
import { html, type Markup } from './markup.ts'

/** A moment as a page must tell it, which may be read on another day: `2031-01-02 03:12 UTC`. Pure. */
export function formatMoment(atMs: number): Markup {
  const iso = new Date(atMs).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, -8).replace('T', ' ')} UTC</time>`
}

/** The same, and below it how far away it was when the page was written. Pure. */
export function formatMomentFrom(atMs: number, nowMs: number): Markup {
  return html`${formatMoment(atMs)}<span class="when">${tellDistance(atMs, nowMs)}</span>`
}

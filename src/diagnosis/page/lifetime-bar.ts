import { html, type Markup, noMarkup } from './markup.ts'

/** A lifetime as a bar. */
export interface LifetimeBar {
  /** How much is gone, from 0 to 1. */
  readonly used: number
  /** When renewing is due, from 0 to 1; undefined where nothing renews. */
  readonly due?: number | undefined
  /** By when it should have been renewed, from 0 to 1. */
  readonly late: number
  /** The bar in words, for who cannot see it. */
  readonly words: string
}

/** How much of a life is used, where now is and where renewing is due. In SVG, whose sizes are no styles. Pure. */
export function formatLifetimeBar({ used, due, late, words }: LifetimeBar): Markup {
  const now = percent(used)
  return html`<svg class="bar ${barState(used, late)}" role="img" aria-label="${words}">
<rect class="track" y="25%" width="100%" height="50%"/><rect class="used" y="25%" width="${now}" height="50%"/>
${due === undefined ? noMarkup : formatLine('due', percent(due))}${formatLine('now', now)}</svg>`
}

function formatLine(kind: 'due' | 'now', at: string): Markup {
  return html`<line class="${kind}" x1="${at}" x2="${at}" y1="0" y2="100%"/>`
}

function barState(used: number, late: number): 'well' | 'attention' | 'broken' {
  if (used >= 1) return 'broken'
  return used >= late ? 'attention' : 'well'
}

// A clock that is wrong does not lead out of the bar.
function percent(share: number): string {
  const within = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0
  return `${Math.round(within * 1000) / 10}%`
}

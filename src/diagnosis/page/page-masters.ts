import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import type { HostDescription } from '../describe-host.ts'
import { formatLifetimeBar } from './lifetime-bar.ts'
import { html, type Markup, noMarkup } from './markup.ts'
import type { PageFacts } from './page-facts.ts'
import { formatHeading } from './page-members.ts'
import { formatMomentFrom } from './page-time.ts'

/** 5,000 masters must not make a page of megabytes: the first that fail, and how many there are. */
const maxEnding = 20
const maxEnded = 5

/** By when every master has renewed (horizon.ts). */
const lateShare = 0.6

type Master = NonNullable<HostDescription['masters']>['soonest'][number]

/** The masters that the signer has seen: how many, and those whose certificates end first. Pure. */
export function formatPageMasters(facts: PageFacts): Markup {
  const { masters, horizon } = facts.host
  if (masters === null && horizon === null) return noMarkup
  return html`<section class="card" aria-labelledby="masters">
<h2 id="masters">Masters</h2>
${formatCounts(facts.host)}${masters === null ? formatSilent() : formatSoonest(masters, facts)}
</section>`
}

function formatCounts({ masters, horizon }: HostDescription): Markup {
  const counts: readonly (readonly [string, number])[] = [
    ...(masters === null ? [] : ([['seen', masters.total]] as const)),
    ...(horizon === null
      ? []
      : ([
          ['well', horizon.masters],
          ['not known yet', horizon.unknownFor],
        ] as const)),
    ...(masters === null
      ? []
      : ([
          ['expired', masters.expired],
          ['changed keys', masters.keysChanged],
        ] as const)),
  ]
  return html`<dl class="counts">${counts.map(([what, count]) => html`<div><dt>${what}</dt><dd>${thousands(count)}</dd></div>`)}</dl>`
}

function formatSilent(): Markup {
  return html`<p class="muted">The authority does not answer: how many and which fails first is what its journal tells.</p>`
}

function formatSoonest({ soonest, total }: NonNullable<HostDescription['masters']>, facts: PageFacts): Markup {
  if (soonest.length === 0) return noMarkup
  const inOrder = soonest.toSorted((one, other) => endOf(one) - endOf(other))
  const ending = inOrder.filter((master) => endOf(master) > facts.nowMs).slice(0, maxEnding)
  const ended = inOrder.filter((master) => endOf(master) <= facts.nowMs).slice(-maxEnded)
  const shown = [...ending, ...ended]
  const left = total - shown.length
  return html`<table role="table"><caption>Those whose certificates end first${ended.length > 0 ? ', and those that ended last' : ''}</caption>
<thead role="rowgroup"><tr role="row">${['Master', 'Ends', 'Lifetime used', 'Address', 'Key'].map(formatHeading)}</tr></thead>
<tbody role="rowgroup">${shown.map((master) => formatMaster(master, facts))}</tbody></table>
${left > 0 ? html`<p class="muted more">and ${thousands(left)} more: <code>signet status --json</code></p>` : noMarkup}`
}

// What is no time comes last.
function endOf({ expiry }: Master): number {
  const endMs = Date.parse(expiry)
  return Number.isFinite(endMs) ? endMs : Number.MAX_SAFE_INTEGER
}

function formatMaster(master: Master, { nowMs, clientLifetimeSeconds }: PageFacts): Markup {
  const endMs = Date.parse(master.expiry)
  const isTime = Number.isFinite(endMs)
  return html`<tr role="row"><th role="rowheader" scope="row">${quoteUnlessPlain(master.name)}</th>
<td role="cell" class="ends">${isTime ? formatMomentFrom(endMs, nowMs) : quoteUnlessPlain(master.expiry)}</td>
<td role="cell" class="bar-row">${isTime ? formatUsed(endMs - nowMs, clientLifetimeSeconds) : '-'}</td>
<td role="cell" class="first">${quoteUnlessPlain(master.address) || '-'}</td>
<td role="cell">${master.keyChanged ? html`<span class="tag attention">changed key</span>` : 'same key'}</td></tr>
`
}

// By the lifetime that is configured now: what is written of a master is when it ends, and not since when.
function formatUsed(leftMs: number, lifetimeSeconds: number | undefined): Markup {
  if (leftMs <= 0) return html`<span class="tag broken">ended</span>`
  if (lifetimeSeconds === undefined) return html`-`
  const used = Math.max(0, 1 - leftMs / (lifetimeSeconds * 1000))
  return formatLifetimeBar({ used, late: lateShare, words: `${Math.floor(used * 100)} % of its lifetime is used` })
}

function thousands(count: number): string {
  return count.toLocaleString('en-US')
}

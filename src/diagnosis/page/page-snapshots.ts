import { formatBytes } from '../../core/byte-count.ts'
import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import type { SnapshotActRow } from '../describe-snapshots.ts'
import { html, type Markup, noMarkup } from './markup.ts'
import type { PageFacts } from './page-facts.ts'
import { formatMomentFrom } from './page-time.ts'

/** A member's snapshots: saved, copied away, fetched again, tried out, and what they take. Pure. */
export function formatPageSnapshots({ host: { snapshots }, nowMs }: PageFacts): Markup {
  if (snapshots === null) return noMarkup
  const { saved, copied, fetched, drilled, kept, keptBytes, roomBytes } = snapshots
  const room = roomBytes === null ? '' : `, room for ${formatBytes(Math.max(0, roomBytes))} more`
  return html`<section class="card" aria-labelledby="snapshots">
<h2 id="snapshots">Snapshots</h2>
<dl class="facts">${formatAct('saved', saved, nowMs)}
${copied === null ? html`<div><dt>copied away</dt><dd>not by Signet</dd></div>` : formatAct('copied away', copied, nowMs)}
${fetched === null ? noMarkup : formatAct('copy compared', fetched, nowMs)}
${formatAct('restored for trial', drilled, nowMs)}
<div><dt>kept here</dt><dd>${kept}, ${formatBytes(keptBytes)}${room}</dd></div>
${saved?.last == null ? noMarkup : html`<div class="row"><dt>newest</dt><dd class="pin">${quoteUnlessPlain(saved.last.snapshot)}</dd></div>`}</dl>
</section>`
}

function formatAct(name: string, row: SnapshotActRow | null, nowMs: number): Markup {
  const failed = row?.failure == null ? noMarkup : html` <b class="tag attention">last try failed</b>`
  const when = row?.last == null ? html`never` : formatMomentFrom(Date.parse(row.last.time), nowMs)
  return html`<div><dt>${name}</dt><dd>${when}${failed}</dd></div>`
}

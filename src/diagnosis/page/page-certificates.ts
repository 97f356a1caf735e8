import { readLife } from '../../client/renew/renewal-window.ts'
import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import type { CertificateRow } from '../describe-host.ts'
import { tellDistance } from '../screen/tell-time.ts'
import { formatLifetimeBar } from './lifetime-bar.ts'
import { html, type Markup, noMarkup } from './markup.ts'
import type { PageFacts } from './page-facts.ts'
import { formatMomentFrom } from './page-time.ts'

/** By the middle of its life something has gone wrong (judge-expiry.ts). */
const lateShare = 0.5

/** This host's certificates as bars of lifetime: when they were issued, when renewing is due, when they end. Pure. */
export function formatPageCertificates(facts: PageFacts): Markup {
  const { certificates } = facts.host
  if (certificates.length === 0) return noMarkup
  const lives = certificates.map((row) => formatLife(row, facts))
  return html`<section class="card" aria-labelledby="certificates">
<h2 id="certificates">${certificates.length === 1 ? 'Certificate' : 'Certificates'} of this host</h2>
${lives}<p class="muted small more">The solid mark is when this was written, the dashed one when renewing is due.</p></section>`
}

function formatLife(row: CertificateRow, { renewals, nowMs }: PageFacts): Markup {
  const validity = { notBeforeMs: Date.parse(row.notBefore), notAfterMs: Date.parse(row.notAfter) }
  const { startMs, lifetimeMs } = readLife(validity)
  const dueAtMs = renewals.get(row.path)
  const due = dueAtMs === undefined ? undefined : (dueAtMs - startMs) / lifetimeMs
  const used = Math.floor(row.lifetimeUsed * 100)
  const dueWords = dueAtMs === undefined ? 'nothing renews it' : `renewal is due ${tellDistance(dueAtMs, nowMs)}`
  const words = `${used} % of its lifetime is used; ${dueWords}; it ends ${tellDistance(validity.notAfterMs, nowMs)}`
  return html`<div class="life">
<div class="life-head"><h3>${quoteUnlessPlain(row.name)}</h3><span class="muted small">${row.kind} certificate, ${used} % used</span></div>
${formatLifetimeBar({ used: row.lifetimeUsed, due, late: lateShare, words })}
<dl class="moments"><div><dt>issued</dt><dd>${formatMomentFrom(startMs, nowMs)}</dd></div>
${dueAtMs === undefined ? noMarkup : html`<div><dt>renewal due</dt><dd>${formatMomentFrom(dueAtMs, nowMs)}</dd></div>`}
<div><dt>ends</dt><dd>${formatMomentFrom(validity.notAfterMs, nowMs)}</dd></div></dl>
<p class="muted small"><code>${quoteUnlessPlain(row.path)}</code></p>
</div>
`
}

import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import type { CaRow, HostDescription } from '../describe-host.ts'
import { html, type Markup, noMarkup } from './markup.ts'
import type { PageFacts } from './page-facts.ts'
import { formatMomentFrom } from './page-time.ts'

const maxCas = 10

/** The CAs that this host trusts, its signer, and who may join. Pure. */
export function formatPageTrust({ host, nowMs }: PageFacts): Markup {
  const { cas, signer, joins } = host
  if (cas.length === 0 && signer === null && joins === null) return noMarkup
  const title = cas.length > 1 ? 'CAs and signer' : 'CA and signer'
  return html`<section class="card" aria-labelledby="trust">
<h2 id="trust">${title}</h2>
<dl class="facts">${formatSigner(signer)}
${joins === null ? noMarkup : html`<div><dt>new members</dt><dd>${joins.text}</dd></div>`}
${cas.slice(0, maxCas).map((ca) => formatCa(ca, nowMs))}</dl>
${cas.length > maxCas ? html`<p class="muted more">and ${cas.length - maxCas} more CAs</p>` : noMarkup}
</section>`
}

function formatCa({ pin, notAfter }: CaRow, nowMs: number): Markup {
  return html`<div><dt>CA ends</dt><dd>${formatMomentFrom(Date.parse(notAfter), nowMs)}</dd></div>
<div class="row"><dt>pin of that CA</dt><dd class="pin">${pin}</dd></div>
`
}

function formatSigner(signer: HostDescription['signer']): Markup {
  if (signer === null) return noMarkup
  const { address, isReachable, clockSkewMs = 0 } = signer
  const tag = isReachable ? html`<b class="tag well">answers</b>` : html`<b class="tag broken">does not answer</b>`
  const skew = html`<span>its clock differs by ${(clockSkewMs / 1000).toFixed(1)} s</span>`
  return html`<div><dt>signer</dt><dd>${quoteUnlessPlain(address)} ${tag}${isReachable ? skew : noMarkup}</dd></div>`
}

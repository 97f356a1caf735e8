import { countOf } from '../../core/count-of.ts'
import type { Finding, Level } from '../../core/finding.ts'
import { tellTimesIn } from '../screen/tell-time.ts'
import { html, type Markup, noMarkup } from './markup.ts'
import type { PageFacts } from './page-facts.ts'

const maxFindings = 40

/** What needs somebody, the worst first, with what to type; of all else how much there is. Pure. */
export function formatPageFindings({ findings, nowMs }: PageFacts): Markup {
  const trouble = (['broken', 'attention'] as const).flatMap((level) => ofLevel(findings, level))
  const list = html`<ul class="findings" role="list">${trouble.slice(0, maxFindings).map((one) => formatOne(one, nowMs))}</ul>`
  return html`<section class="card" aria-labelledby="findings">
<h2 id="findings">${trouble.length === 0 ? 'No action is needed' : 'What to do'}</h2>
${trouble.length === 0 ? noMarkup : list}
${formatMore(trouble.length - maxFindings)}${formatRest(findings)}
</section>`
}

function formatOne({ level, what, why, fix }: Finding, nowMs: number): Markup {
  const typed = html`<div class="type"><span class="muted small">type</span><code>${fix ?? ''}</code></div>`
  return html`<li class="finding ${level}"><span class="tag">${level}</span>
<h3>${tellTimesIn(what, nowMs)}</h3>
${why === undefined ? noMarkup : html`<p class="muted">${why}</p>`}${fix === undefined ? noMarkup : typed}</li>
`
}

function formatMore(count: number): Markup {
  return count > 0 ? html`<p class="muted more">and ${count} more: <code>signet status</code></p>` : noMarkup
}

function formatRest(findings: readonly Finding[]): Markup {
  const well = ofLevel(findings, 'well').length
  const unknown = ofLevel(findings, 'unknown').length
  const parts = [
    ...(well === 0 ? [] : [`${countOf(well, 'check is', 'checks are')} well`]),
    ...(unknown === 0 ? [] : [`${unknown} could not be made`]),
  ]
  return parts.length === 0
    ? noMarkup
    : html`<p class="muted small more">${parts.join(', ')}. More: <code>signet doctor</code></p>`
}

function ofLevel(findings: readonly Finding[], wanted: Level): readonly Finding[] {
  return findings.filter(({ level }) => level === wanted)
}

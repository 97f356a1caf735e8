import { findingsState } from '../../core/finding.ts'
import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import { formatOutlook } from '../screen/format-verdict.ts'
import { html, type Markup } from './markup.ts'
import { type PageFacts, planBelief } from './page-facts.ts'
import { formatMoment } from './page-time.ts'

const roles = {
  signer: 'the signer, a member of etcd',
  member: 'a member of etcd',
  master: 'a master',
  nothing: 'nothing of Signet yet',
} as const

/** Which host this is. Pure. */
export function formatHostLine({ hostName, host, role }: PageFacts): Markup {
  const [name = hostName] = host.certificates.map((certificate) => certificate.name)
  const place = name === hostName ? '' : ` on ${hostName}`
  return html`<p class="host"><span>Signet</span><b>${quoteUnlessPlain(name)}</b><span>${roles[role]}${place}</span></p>`
}

/** How things are, when what fails first, and for how long that may be believed. Pure. */
export function formatPageVerdict(facts: PageFacts): Markup {
  const { findings, nowMs, isByTimer } = facts
  const state = findingsState(findings)
  return html`<section class="card verdict ${state}" aria-labelledby="verdict">
<p><span class="tag">${state}</span> <span class="muted small">${countTrouble(findings)}</span></p>
<h1 id="verdict">${emphasize(outlookOf(facts))}</h1>
<p class="muted">Written ${formatMoment(nowMs)}, to be believed until ${formatMoment(planBelief(facts))}. Distances such as “in 2 h” count
from when it was written.</p>
<p class="muted small">${isByTimer ? formatLate() : html`To write it again: <code>signet status --html FILE</code>`}</p>
<p class="late attention" role="status"><span class="tag">old</span> You opened this page more than five minutes ago: load it again.</p>
</section>`
}

function formatLate(): Markup {
  return html`It is written every minute. Where it stays older: <code>systemctl status signet-metrics.timer</code>`
}

function countTrouble(findings: PageFacts['findings']): string {
  const [broken, attention] = (['broken', 'attention'] as const).map(
    (wanted) => findings.filter(({ level }) => level === wanted).length,
  )
  return [
    ...(broken === 0 ? [] : [`${broken} broken`]),
    ...(attention === 0 ? [] : [`${attention} for attention`]),
  ].join(', ')
}

function outlookOf({ host, nowMs, role, findings }: PageFacts): string {
  const told = formatOutlook(host, nowMs).join('; ')
  const text = told === '' ? (untold[role] ?? findingsState(findings)) : told
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

// Where there is no end to tell of.
const untold: Partial<Record<PageFacts['role'], string>> = { nothing: 'this host has no certificate' }

const distance = /\b(in \d+ (?:days|d \d+ h|h \d+ m|m))\b/

// The figure that is looked for first; a name that is called like one is set in bold, and no more.
function emphasize(text: string): readonly Markup[] {
  return text.split(distance).map((part, index) => (index % 2 === 1 ? html`<strong>${part}</strong>` : html`${part}`))
}

import { formatSize, type MemberRow } from '../../cluster/format-member-list.ts'
import { countOf } from '../../core/count-of.ts'
import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import { html, type Markup, noMarkup } from './markup.ts'
import type { PageFacts } from './page-facts.ts'

/** No etcd is run with as many; whoever may add members could add thousands. */
const maxMembers = 40
const maxUrls = 4

const roles = { raftLeader: 'Raft leader', voter: 'voter', learner: 'learner' } as const

/** The members of etcd, and how each is; or why there is nothing to show. Pure. */
export function formatPageMembers({ host: { members }, role, isByTimer }: PageFacts): Markup {
  if (role === 'nothing') return noMarkup
  if (members.length === 0) return formatNone(role === 'master' && isByTimer)
  const shown = members.slice(0, maxMembers)
  const healthy = members.filter(({ isHealthy, isStarted }) => isHealthy && isStarted).length
  return html`<section class="card" aria-labelledby="members">
<h2 id="members">Members of etcd</h2>
<table role="table"><caption>${healthy} of ${countOf(members.length, 'member is', 'members are')} healthy</caption>
<thead role="rowgroup"><tr role="row">${['Member', 'Health', 'Role', 'Version', 'Database', 'Client URL'].map(formatHeading)}</tr></thead>
<tbody role="rowgroup">${shown.map(formatMember)}</tbody></table>
${members.length > maxMembers ? html`<p class="muted more">and ${members.length - maxMembers} more: <code>signet member list</code></p>` : noMarkup}
</section>`
}

/** The heading of a column, for a table that a narrow screen shows as cards: roles stay where the layout takes them. Pure. */
export function formatHeading(heading: string): Markup {
  return html`<th role="columnheader" scope="col">${heading}</th>`
}

function formatNone(asksNobody: boolean): Markup {
  const why = asksNobody
    ? html`The timer of a master asks nobody, since thousands of them would. Ask yourself: <code>signet status</code>`
    : html`etcd could not be asked.`
  return html`<section class="card" aria-labelledby="members"><h2 id="members">Members of etcd</h2><p class="muted">${why}</p></section>`
}

function formatMember(row: MemberRow): Markup {
  const { name, id, fault, version, dbSizeBytes } = row
  const urls = row.clientUrls.slice(0, maxUrls).map(quoteUnlessPlain).join(', ')
  return html`<tr role="row"><th role="rowheader" scope="row">${quoteUnlessPlain(name) || id}</th>
<td role="cell">${formatHealth(row)}</td><td role="cell" class="first">${roles[row.role]}</td>
<td role="cell">${version === undefined ? '-' : quoteUnlessPlain(version)}</td>
<td role="cell">${dbSizeBytes === undefined ? '-' : formatSize(dbSizeBytes)}</td>
<td role="cell" class="whole">${urls || '-'}${fault === undefined ? noMarkup : html`<span class="fault">${fault}</span>`}</td></tr>
`
}

function formatHealth({ isStarted, isHealthy }: MemberRow): Markup {
  if (!isStarted) return html`<span class="tag attention">unstarted</span>`
  return isHealthy ? html`<span class="tag well">healthy</span>` : html`<span class="tag broken">unhealthy</span>`
}

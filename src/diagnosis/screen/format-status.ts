import { countOf } from '../../core/count-of.ts'
import type { Finding } from '../../core/finding.ts'
import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import type { HostDescription } from '../describe-host.ts'
import { formatTrouble } from './format-findings.ts'
import { formatNext } from './format-next.ts'
import { formatTable, type Table } from './format-table.ts'
import { formatVerdict } from './format-verdict.ts'
import { formatMembers } from './member-tables.ts'
import type { Screen } from './screen.ts'
import { tellSnapshots } from './snapshot-line.ts'
import { tellTime } from './tell-time.ts'
import { wrapText } from './wrap-text.ts'

const maxMasters = 20

/** Where a host is shown, and when. */
interface StatusPlace {
  readonly screen: Screen
  readonly nowMs: number
}

/** A host as people read it: how it is in a line, tables, what needs attention, what to do next. Pure. */
export function formatStatus(host: HostDescription, findings: readonly Finding[], place: StatusPlace): string {
  const sections = [
    formatVerdict(host, findings, { ...place, atMs: place.nowMs }),
    formatCertificates(host, place),
    formatSigner(host.signer, place),
    host.members.length === 0 ? '' : formatMembers(host.members, place.screen),
    host.joins === null ? '' : formatText(host.joins.text, place),
    host.snapshots === null ? '' : formatText(tellSnapshots(host.snapshots, place.nowMs), place),
    formatMasters(host.masters, place),
    formatTrouble(findings, place),
    formatNext(findings, place.screen),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

/**
 * How much of a lifetime is used, in ASCII: `[#####---------------]  25 %`.
 * @internal
 */
export function formatBar(share: number, barWidth = 20): string {
  const filled = Math.min(barWidth, Math.max(0, Math.floor(share * barWidth)))
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
  return barWidth === 0 ? percent : `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${percent}`
}

function formatCertificates({ certificates, cas }: HostDescription, { screen, nowMs }: StatusPlace): string {
  if (certificates.length + cas.length === 0) return ''
  const ends = (notAfter: string): string => tellTime(Date.parse(notAfter), nowMs)
  const tableWith = (barWidth: number): Table => ({
    headings: ['KIND', 'NAME', barWidth === 0 ? 'USED' : 'LIFETIME USED', 'ENDS'],
    rows: [
      ...certificates.map(({ kind, name, notAfter, lifetimeUsed }) => [
        ...[kind, quoteUnlessPlain(name), formatBar(lifetimeUsed, barWidth), ends(notAfter)],
      ]),
      ...cas.map(({ notAfter }) => ['CA', '', '', ends(notAfter)]),
    ],
  })
  const pins = cas.map(({ pin }) => formatText(`CA pin: ${pin}`, { screen, nowMs }))
  return `${formatTable([20, 10, 5, 0].map(tableWith), screen)}${pins.join('')}`
}

function formatSigner(signer: HostDescription['signer'], place: StatusPlace): string {
  if (signer === null) return ''
  const { address, isReachable, clockSkewMs = 0 } = signer
  if (!isReachable) return formatText(`signer ${address}: does not answer`, place)
  return formatText(`signer ${address}: answers, its clock ${tellSkew(clockSkewMs)}`, place)
}

// A tenth of a second is what asking took.
function tellSkew(ms: number): string {
  const seconds = (ms / 1000).toFixed(1)
  return Math.abs(ms) < 1000 ? 'agrees' : `is ${seconds.replace('-', '')} s ${ms < 0 ? 'behind' : 'ahead'}`
}

function formatMasters(masters: HostDescription['masters'], place: StatusPlace): string {
  if (masters === null) return ''
  const { total, expired, keysChanged, soonest } = masters
  const counts = `${countOf(total, 'master')} seen, ${expired} with an expired certificate, ${keysChanged} with a changed key`
  const shown = soonest.slice(0, maxMasters)
  if (total === 0) return formatText('no master has been seen yet', place)
  if (shown.length === 0) return formatText(counts, place)
  const left = total - shown.length
  const more = `and ${left} more that end later, or ended over a week ago (--json has more)`
  const table = formatTable([mastersTable(shown, place.nowMs)], place.screen)
  return `${table}${left > 0 ? formatText(more, place) : ''}${formatText(counts, place)}`
}

// A certificate's CN or a line of the journal may hold anything (CWE-150).
function mastersTable(masters: NonNullable<HostDescription['masters']>['soonest'], nowMs: number): Table {
  return {
    headings: ['MASTER', 'ADDRESS', 'ENDS', 'KEY'],
    rows: masters.map(({ name, address, expiry, keyChanged }) => [
      quoteUnlessPlain(name),
      quoteUnlessPlain(address) || '-',
      Number.isNaN(Date.parse(expiry)) ? quoteUnlessPlain(expiry) : tellTime(Date.parse(expiry), nowMs),
      keyChanged ? { text: 'changed', style: 'yellow' } : 'same',
    ]),
  }
}

function formatText(text: string, { screen }: StatusPlace): string {
  return wrapText(text, screen.columns)
    .map((line) => `${line}\n`)
    .join('')
}

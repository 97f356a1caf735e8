import { formatMemberTable } from '../cluster/format-member-list.ts'
import type { Finding } from '../core/finding.ts'
import { formatRows } from '../core/format-rows.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import type { CertificateRow, HostDescription } from './describe-host.ts'

const barWidth = 20
const maxMasters = 20

/** A host as people read it: tables, then what needs attention. Pure. */
export function formatStatus(host: HostDescription, findings: readonly Finding[]): string {
  const sections = [
    formatCertificates(host),
    formatSigner(host.signer),
    host.members.length === 0 ? '' : formatMemberTable(host.members),
    formatJoins(host.joins),
    formatMasters(host.masters),
    formatTrouble(findings),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

/**
 * How much of a lifetime is used, in ASCII: `[#####---------------]  25 %`.
 * @internal
 */
export function formatBar(share: number): string {
  const filled = Math.min(barWidth, Math.max(0, Math.floor(share * barWidth)))
  const percent = Math.floor(share * 100)
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${String(percent).padStart(3)} %`
}

function formatCertificates({ certificates, cas }: HostDescription): string {
  const rows = certificates.map(({ kind, name, notAfter, lifetimeUsed }: CertificateRow) => [
    kind,
    printable(name),
    formatBar(lifetimeUsed),
    notAfter,
  ])
  const authorities = cas.map(({ daysLeft, notAfter }) => ['CA', '', `${daysLeft} days left`, notAfter])
  if (rows.length + authorities.length === 0) return ''
  const table = formatTable([['CERTIFICATE', 'NAME', 'LIFETIME USED', 'VALID UNTIL'], ...rows, ...authorities])
  return `${table}${cas.map(({ pin }) => `${pin}\n`).join('')}`
}

function formatSigner(signer: HostDescription['signer']): string {
  if (signer === null) return ''
  if (!signer.isReachable) return `signer ${signer.address}: does not answer\n`
  const seconds = ((signer.clockSkewMs ?? 0) / 1000).toFixed(1)
  return `signer ${signer.address}: answers, its clock differs by ${seconds} s\n`
}

function formatJoins(joins: HostDescription['joins']): string {
  return joins === null ? '' : `${joins.text}\n`
}

function formatMasters(masters: HostDescription['masters']): string {
  if (masters === null) return ''
  const { total, expired, keysChanged, soonest } = masters
  const counts = `${total} masters seen, ${expired} with an expired certificate, ${keysChanged} with a changed key\n`
  const shown = soonest.slice(0, maxMasters)
  if (shown.length === 0) return counts
  const rows = shown.map(({ name, address, expiry, keyChanged }) => [
    printable(name),
    printable(address) || '-',
    printable(expiry),
    keyChanged ? 'changed' : 'same',
  ])
  const left = total - shown.length
  const more = left > 0 ? `and ${left} that expire later or are gone for a week (--json has more)\n` : ''
  return `${formatTable([['MASTER', 'ADDRESS', 'VALID UNTIL', 'KEY'], ...rows])}${more}${counts}`
}

function formatTrouble(findings: readonly Finding[]): string {
  const trouble = findings.filter(({ level }) => level === 'attention' || level === 'broken')
  return trouble.map(({ level, what, fix }) => `${level}: ${what}${fix === undefined ? '' : `\n  ${fix}`}\n`).join('')
}

function formatTable(lines: readonly (readonly string[])[]): string {
  return formatRows(lines)
    .map((line) => `${line}\n`)
    .join('')
}

// A certificate's CN or a line of the journal may hold anything (CWE-150).
function printable(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : quoteUntrusted(text)
}

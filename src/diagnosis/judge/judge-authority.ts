import { countOf } from '../../core/count-of.ts'
import { type Finding, well } from '../../core/finding.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import type { AuthorityMasters } from '../../protocol/authority-message.ts'
import { isMasterName } from '../../protocol/names.ts'
import type { InspectedAuthority } from '../inspect/inspect-authority.ts'
import { failed } from './failed.ts'
import type { Moment } from './pair/judge-expiry.ts'

/** More names than this are counted, not told. */
const maxTold = 5

/** Whether the authority of a signer answers, and how the masters are that it has seen. Pure. */
export function judgeAuthority(authority: InspectedAuthority, moment: Moment): readonly Finding[] {
  if ('failure' in authority) return [failed('authority', authority.failure, 'no certificate is signed')]
  return [
    well('authority', 'the authority of this signer answers'),
    ...judgeMasters(authority.masters, { ...moment, journal: authority.config.paths.journal }),
  ]
}

/**
 * Which masters did not renew in time, whose key changed, and who use one key. Pure.
 * @internal
 */
export function judgeMasters(
  { total, soonest, keysShared, sharedKeys }: AuthorityMasters,
  { nowMs, atMs, journal }: Moment & { readonly journal: string },
): readonly Finding[] {
  const expired = soonest.filter(({ expiry }) => Date.parse(expiry) <= nowMs)
  const expiring = soonest.filter(({ expiry }) => Date.parse(expiry) > nowMs && Date.parse(expiry) <= atMs)
  const changed = soonest.filter(({ keyChanged }) => keyChanged)
  const findings = [
    ...judgeExpired(expired),
    ...judgeExpiring(expiring),
    ...judgeChanged(changed, journal),
    ...judgeShared(sharedKeys, keysShared),
  ]
  if (findings.length > 0) return findings
  return [
    well('masters', `${countOf(total, 'master was', 'masters were')} seen; those of this week have valid certificates`),
  ]
}

type Masters = AuthorityMasters['soonest']
type Named = Pick<Masters[number], 'name' | 'address'>

function judgeExpired(masters: Masters): readonly Finding[] {
  if (masters.length === 0) return []
  const what = `did not renew before the certificate expired: ${list(masters)}`
  const why = 'etcd refuses them; or they were taken down, and this goes away within a week'
  return [{ check: 'masters', level: 'attention', what, why, fix: 'on each of them: signet doctor' }]
}

function judgeExpiring(masters: Masters): readonly Finding[] {
  if (masters.length === 0) return []
  const what = `will have expired by then unless renewed before: ${list(masters)}`
  return [
    { check: 'masters', level: 'attention', what, why: 'etcd refuses them from then on', fix: 'keep the signer up' },
  ]
}

function judgeChanged(masters: Masters, journal: string): readonly Finding[] {
  if (masters.length === 0) return []
  const what = `asked with another key while their certificate was valid: ${list(masters)}`
  const why =
    'they were set up again, and this goes away once the old certificate has expired; or another host uses their name'
  // A name that is none goes into no command line that somebody will paste.
  const name = masters.map((master) => master.name).find(isMasterName)
  const lines = quoteShell(name === undefined ? '"name":' : `"name":"${name}"`)
  const fix = `compare the addresses: grep ${lines} ${quoteShell(journal)} | tail`
  return [{ check: 'changed-keys', level: 'attention', what, why, fix }]
}

function judgeShared(shared: AuthorityMasters['sharedKeys'], keysShared: number): readonly Finding[] {
  const why = 'kubeadm join copied it, or a host was renamed; whoever breaks one of these hosts can pose as the others'
  const fix = 'on each of them but one: signet request --signer-ip=IP --new-key'
  const findings = shared.slice(0, maxTold).map(({ total, masters }): Finding => {
    return { check: 'shared-keys', level: 'attention', what: `use one key: ${list(masters, total)}`, why, fix }
  })
  const more = keysShared - findings.length
  if (more <= 0) return findings
  return [
    ...findings,
    {
      check: 'shared-keys',
      level: 'attention',
      what: `${countOf(more, 'more key is', 'more keys are')} shared`,
      why,
      fix,
    },
  ]
}

function list(masters: readonly Named[], total = masters.length): string {
  const told = masters.slice(0, maxTold).map(({ name, address }) => `${printable(name)} (${printable(address)})`)
  const more = total - told.length
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function printable(text: string): string {
  return /^[A-Za-z0-9._:-]*$/.test(text) ? text : quoteUntrusted(text)
}

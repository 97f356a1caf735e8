import { readLife } from '../../client/renewal-window.ts'
import { listMemberRows, type MemberRow } from '../../cluster/format-member-list.ts'
import { describeJoins } from '../../core/describe-joins.ts'
import { areJoinsOpen } from '../../core/joins-window.ts'
import type { AuthorityMasters } from '../../protocol/authority-message.ts'
import type { InspectedHost } from './inspect-host.ts'
import { installedPin } from './judge-host.ts'
import { readJoins } from './judge-joins.ts'

const dayMs = 86_400_000

/** A certificate as `status` shows it; fit for JSON. */
export interface CertificateRow {
  readonly kind: 'client' | 'member'
  readonly name: string
  readonly path: string
  readonly notBefore: string
  readonly notAfter: string
  /** From 0 to 1; 1 once it has expired. */
  readonly lifetimeUsed: number
}

/** What `status` shows of a host; fit for JSON. */
export interface HostDescription {
  readonly certificates: readonly CertificateRow[]
  readonly ca: { readonly pin: string; readonly notAfter: string; readonly daysLeft: number } | null
  readonly signer: { readonly address: string; readonly isReachable: boolean; readonly clockSkewMs?: number } | null
  readonly members: readonly MemberRow[]
  /** Whether any host of the networks can become a member: `open`, `closed`, or until when it is open. */
  readonly joins: { readonly setting: string; readonly areOpen: boolean; readonly text: string } | null
  readonly masters: AuthorityMasters | null
}

/** The facts of a host, in the form that people and programs read. Pure. */
export function describeHost(host: InspectedHost): HostDescription {
  const { cluster, leader } = host
  return {
    certificates: describeCertificates(host),
    ca: describeCa(host),
    signer: describeSigner(host),
    members: cluster !== undefined && 'view' in cluster ? listMemberRows(cluster.view) : [],
    joins: describeSetting(host),
    masters: leader !== undefined && 'masters' in leader ? leader.masters : null,
  }
}

function describeCertificates({ pairs, nowMs }: InspectedHost): readonly CertificateRow[] {
  return pairs.flatMap(({ pair: { kind, certificate } }) => {
    if (certificate.content === undefined) return []
    const { notBeforeMs, notAfterMs, subjectCommonName: name } = certificate.content
    const { startMs, lifetimeMs } = readLife(certificate.content)
    const used = (nowMs - startMs) / lifetimeMs
    return [
      {
        kind,
        name,
        path: certificate.path,
        notBefore: new Date(notBeforeMs).toISOString(),
        notAfter: new Date(notAfterMs).toISOString(),
        lifetimeUsed: Math.round(Math.min(1, Math.max(0, used)) * 1000) / 1000,
      },
    ]
  })
}

function describeCa(host: InspectedHost): HostDescription['ca'] {
  const ca = host.pairs.map(({ pair }) => pair.ca.content).find((content) => content !== undefined)
  const pin = installedPin(host)
  if (ca === undefined || pin === undefined) return null
  const daysLeft = Math.floor((ca.notAfterMs - host.nowMs) / dayMs)
  return { pin, notAfter: new Date(ca.notAfterMs).toISOString(), daysLeft }
}

function describeSigner({ signer }: InspectedHost): HostDescription['signer'] {
  if (signer === undefined) return null
  const { address } = signer.signer
  if ('failure' in signer) return { address, isReachable: false }
  return { address, isReachable: true, clockSkewMs: signer.clockSkewMs }
}

function describeSetting({ nowMs, ...host }: InspectedHost): HostDescription['joins'] {
  const setting = readJoins(host)
  if (setting === undefined) return null
  return { setting, areOpen: areJoinsOpen(setting, nowMs), text: describeJoins(setting, nowMs) }
}

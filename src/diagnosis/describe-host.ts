import { readLife } from '../client/renew/renewal-window.ts'
import { listMemberRows, type MemberRow } from '../cluster/format-member-list.ts'
import { areJoinsOpen } from '../core/joins-window.ts'
import type { AuthorityMasters } from '../protocol/authority-message.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { Certificate } from '../x509/parse-certificate.ts'
import { describeJoins } from './describe-joins.ts'
import { describeSnapshots, type SnapshotsDescription } from './describe-snapshots.ts'
import { describeHorizon, type HostHorizon } from './horizon.ts'
import { installedTrust } from './inspect/inspect-pairs.ts'
import type { ShownHost } from './inspected-host.ts'

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

/** A CA that a host trusts, as `status` shows it; fit for JSON. */
export interface CaRow {
  readonly pin: string
  readonly notAfter: string
  readonly daysLeft: number
}

/** What `status` shows of a host; fit for JSON. */
export interface HostDescription {
  readonly certificates: readonly CertificateRow[]
  /** The first of `cas`. */
  readonly ca: CaRow | null
  /** Every CA that is trusted here, in the order of the file. */
  readonly cas: readonly CaRow[]
  readonly signer: { readonly address: string; readonly isReachable: boolean; readonly clockSkewMs?: number } | null
  readonly members: readonly MemberRow[]
  /** Whether any host of the networks can become a member: `open`, `closed`, or until when it is open. */
  readonly joins: { readonly setting: string; readonly areOpen: boolean; readonly text: string } | null
  readonly masters: AuthorityMasters | null
  readonly horizon: HostHorizon | null
  readonly snapshots: SnapshotsDescription | null
  readonly recovery: RecoveryDescription | null
}

/** What a recovery has left on a host; fit for JSON. */
export interface RecoveryDescription {
  /** Since when its etcd does not start, because it has stood down or is on its way; null where it may start. */
  readonly stoodDownSince: string | null
  /** What to type so that a run which was cut off goes on. */
  readonly unfinished: string | null
  /** The cluster that was made of this host's data, and which one before; null where none was. */
  readonly recovered: {
    readonly time: string
    readonly clusterId: string
    readonly formerClusterId: string | null
  } | null
}

/** The facts of a host, in the form that people and programs read. Pure. */
export function describeHost(host: ShownHost): HostDescription {
  const { cluster, authority } = host
  const cas = (installedTrust(host.pairs)?.content ?? []).map((ca) => describeCa(ca, host))
  return {
    certificates: describeCertificates(host),
    ca: cas[0] ?? null,
    cas,
    signer: describeSigner(host),
    members: cluster !== undefined && 'view' in cluster ? listMemberRows(cluster.view) : [],
    joins: describeSetting(host),
    masters: authority !== undefined && 'masters' in authority ? authority.masters : null,
    horizon: describeHorizon(authority, host.nowMs),
    snapshots: describeSnapshots(host.snapshots),
    recovery: describeRecovery(host.recovery),
  }
}

function describeRecovery(marks: ShownHost['recovery']): RecoveryDescription | null {
  if (marks === undefined) return null
  const { standDown, receipt, unfinished } = marks
  return {
    stoodDownSince: standDown === undefined || standDown === 'unreadable' ? null : standDown.time,
    unfinished: unfinished === undefined ? null : `signet ${unfinished.arguments}`,
    recovered:
      receipt === undefined
        ? null
        : { time: receipt.time, clusterId: receipt.newClusterId, formerClusterId: receipt.oldClusterId },
  }
}

function describeCertificates({ pairs, nowMs }: ShownHost): readonly CertificateRow[] {
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

function describeCa({ der, notAfterMs }: Certificate, { nowMs }: Pick<ShownHost, 'nowMs'>): CaRow {
  const daysLeft = Math.floor((notAfterMs - nowMs) / dayMs)
  return { pin: certificatePin(der), notAfter: new Date(notAfterMs).toISOString(), daysLeft }
}

function describeSigner({ signer }: ShownHost): HostDescription['signer'] {
  if (signer === undefined) return null
  const { address } = signer.signer
  if ('failure' in signer) return { address, isReachable: false }
  return { address, isReachable: true, clockSkewMs: signer.clockSkewMs }
}

function describeSetting({ nowMs, joins }: ShownHost): HostDescription['joins'] {
  if (joins === undefined) return null
  const { setting } = joins
  return { setting, areOpen: areJoinsOpen(setting, nowMs), text: describeJoins(setting, nowMs) }
}

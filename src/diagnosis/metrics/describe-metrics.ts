import { planRenewal, readLife } from '../../client/renew/renewal-window.ts'
import { areJoinsOpen } from '../../core/joins-window.ts'
import { isMasterName, isMemberName } from '../../protocol/names.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { describeHorizon } from '../horizon.ts'
import { type HostPair, installedTrust } from '../inspect/inspect-pairs.ts'
import { describeSnapshotMetrics } from './describe-snapshot-metrics.ts'
import { flag, sample, time } from './describe-value.ts'
import type { MetricFacts } from './metric-facts.ts'
import type { Sample } from './sample.ts'

/** The series of a host, as many as are known. Nothing is made up for what is not: no zero where there is no time. Pure. */
export function describeMetrics(facts: MetricFacts): readonly Sample[] {
  return [
    sample('signet_build_info', 1, facts.version),
    ...describeRole(facts),
    ...facts.pairs.flatMap((pair) => describePair(pair, facts.nowMs)),
    ...describeTrust(facts),
    ...flag('signet_clock_synchronised', facts.isClockSynchronised),
    ...describeSigner(facts),
    ...describeAuthority(facts),
    ...describeProbe(facts),
    ...describeSnapshotMetrics(facts.snapshots),
    ...(facts.counts ?? []).map(({ word, code, count }) => sample('signet_calls_total', count, word, code)),
  ]
}

function describeRole({ pairs, authority }: MetricFacts): readonly Sample[] {
  return pairs.flatMap((pair) => {
    const role = pair.pair.kind === 'client' ? 'master' : authority === undefined ? 'member' : 'signer'
    const name = certifiedName(pair) ?? pair.state?.name
    return name === undefined ? [] : [sample('signet_host_info', 1, name, role)]
  })
}

// By the grammar of the kind, and not only by that of labels: a certificate of another's making may hold any CN.
function certifiedName({ pair: { kind, certificate } }: HostPair): string | undefined {
  const name = certificate.content?.subjectCommonName ?? ''
  return (kind === 'client' ? isMasterName(name) : isMemberName(name)) ? name : undefined
}

function describePair(pair: HostPair, nowMs: number): readonly Sample[] {
  const { state } = pair
  const { kind, certificate } = pair.pair
  const [content, name] = [certificate.content, certifiedName(pair)]
  if (content === undefined || name === undefined) return []
  const labels = [kind, name]
  const isRenewed = state !== undefined && state.name === name
  // As if the clock were right: one that was set back would make every renewal due at once.
  const renewal = planRenewal({
    validity: content,
    name,
    nowMs: Math.max(nowMs, content.notBeforeMs),
  })
  return [
    ...time('signet_certificate_not_after_timestamp_seconds', content.notAfterMs, ...labels),
    ...time('signet_certificate_signed_timestamp_seconds', readLife(content).startMs, ...labels),
    // What nothing renews is never due: it only ends.
    ...(isRenewed ? time('signet_certificate_renewal_timestamp_seconds', renewal.dueAtMs, ...labels) : []),
    ...(isRenewed ? [sample('signet_renewal_failures', state.attempts?.failures ?? 0, ...labels)] : []),
  ]
}

function describeTrust({ pairs }: MetricFacts): readonly Sample[] {
  return (installedTrust(pairs)?.content ?? []).flatMap(({ der, notAfterMs }) => {
    const pin8 = certificatePin(der)
      .replace(/^SHA256:|[^0-9A-Fa-f]/g, '')
      .slice(0, 8)
      .toLowerCase()
    return time('signet_ca_not_after_timestamp_seconds', notAfterMs, pin8)
  })
}

function describeSigner({ signer }: MetricFacts): readonly Sample[] {
  if (signer === undefined) return []
  if ('failure' in signer) return [sample('signet_signer_up', 0)]
  return [sample('signet_signer_up', 1), sample('signet_signer_clock_skew_seconds', signer.clockSkewMs / 1000)]
}

function describeAuthority({ authority, signerSinceMs, nowMs }: MetricFacts): readonly Sample[] {
  if (authority === undefined) return []
  const since = time('signet_signer_since_timestamp_seconds', signerSinceMs)
  if ('failure' in authority) return [sample('signet_authority_up', 0), ...since]
  const { status, metrics } = authority
  const horizon = describeHorizon(authority, nowMs)
  return [
    sample('signet_authority_up', 1),
    ...since,
    sample('signet_client_lifetime_seconds', status.clientLifetimeSeconds),
    ...flag('signet_joins_open', areJoinsOpen(status.joins, nowMs)),
    ...entries(metrics?.masters).map(([state, count]) => sample('signet_masters', count, state)),
    ...time('signet_masters_first_expiry_timestamp_seconds', Date.parse(horizon?.at ?? '')),
    ...entries(metrics?.issued).map(([kind, count]) => sample('signet_certificates_issued_total', count, kind)),
    ...entries(metrics?.refused).map(([code, count]) => sample('signet_certificates_refused_total', count, code)),
  ]
}

function entries(counts: Readonly<Record<string, number>> | undefined): readonly (readonly [string, number])[] {
  return Object.entries(counts ?? {})
}

function describeProbe({ peerPorts }: MetricFacts): readonly Sample[] {
  if (peerPorts === undefined || peerPorts.open === null) return []
  return [
    sample('signet_peer_ports_open', peerPorts.open),
    ...time('signet_peer_ports_probed_timestamp_seconds', peerPorts.atMs),
  ]
}

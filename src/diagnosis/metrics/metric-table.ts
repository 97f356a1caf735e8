/** How a metric is announced: Prometheus' type and what it means. */
interface Metric {
  readonly type: 'gauge' | 'counter'
  readonly help: string
  /** The labels that it has, in this order. */
  readonly labels: readonly string[]
}

/**
 * Every series that is written. Times are absolute, in seconds of the epoch: what a dead writer leaves behind goes on to say
 * the truth, and a rule subtracts time() from it. Nothing is written that is not known: a zero would be an alert.
 */
export const metricTable = {
  signet_build_info: { type: 'gauge', help: 'Always 1; the version of Signet.', labels: ['version'] },
  signet_host_info: {
    type: 'gauge',
    help: 'Always 1; what this host is: signer, member or master.',
    labels: ['name', 'role'],
  },
  signet_certificate_not_after_timestamp_seconds: {
    type: 'gauge',
    help: "When this host's certificate ends.",
    labels: ['kind', 'name'],
  },
  signet_certificate_renewal_timestamp_seconds: {
    type: 'gauge',
    help: "When renewing this host's certificate is due.",
    labels: ['kind', 'name'],
  },
  signet_certificate_signed_timestamp_seconds: {
    type: 'gauge',
    help: "When this host's certificate was signed: its last renewal.",
    labels: ['kind', 'name'],
  },
  signet_renewal_failures: {
    type: 'gauge',
    help: 'Renewals that failed one after the other; 0 when well.',
    labels: ['kind', 'name'],
  },
  signet_ca_not_after_timestamp_seconds: {
    type: 'gauge',
    help: 'When a CA that this host trusts ends; the first eight digits of its fingerprint tell which.',
    labels: ['pin8'],
  },
  signet_clock_synchronised: {
    type: 'gauge',
    help: "1 where this host's clock is synchronised, 0 where not.",
    labels: [],
  },
  signet_signer_up: {
    type: 'gauge',
    help: '1 where the signer answers this member, 0 where not.',
    labels: [],
  },
  signet_signer_clock_skew_seconds: {
    type: 'gauge',
    help: "How far the signer's clock is ahead of this member's.",
    labels: [],
  },
  signet_authority_up: {
    type: 'gauge',
    help: '1 where the authority of this signer answers, 0 where not.',
    labels: [],
  },
  signet_signer_since_timestamp_seconds: {
    type: 'gauge',
    help: 'Since when this host is a signer: when its CA key was put in place.',
    labels: [],
  },
  signet_client_lifetime_seconds: {
    type: 'gauge',
    help: "How long the signer makes masters' certificates live.",
    labels: [],
  },
  signet_joins_open: {
    type: 'gauge',
    help: '1 while any host of the networks can become a member, 0 else.',
    labels: [],
  },
  signet_masters: {
    type: 'gauge',
    help: 'Masters in the journal: well, unproven (not renewed twice under one key), overdue while others renew, expired within a week.',
    labels: ['state'],
  },
  signet_masters_first_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the first master that is well fails if nothing is signed from now on.',
    labels: [],
  },
  signet_peer_ports_open: {
    type: 'gauge',
    help: 'Members whose peer port lets in a client certificate, by the last probe.',
    labels: [],
  },
  signet_peer_ports_probed_timestamp_seconds: { type: 'gauge', help: 'When the peer ports were probed.', labels: [] },
  signet_member_since_timestamp_seconds: {
    type: 'gauge',
    help: 'Since when this host is a member: when its key was made.',
    labels: [],
  },
  signet_snapshot_period_seconds: {
    type: 'gauge',
    help: 'How often this member is to save, copy, fetch or try out (drill) a snapshot; only what it is to do.',
    labels: ['act'],
  },
  signet_snapshot_last_try_timestamp_seconds: {
    type: 'gauge',
    help: 'When that was tried last, whether it went well or not.',
    labels: ['act'],
  },
  signet_snapshot_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When that went well last.',
    labels: ['act'],
  },
  signet_snapshot_failed: {
    type: 'gauge',
    help: '1 where the last try failed, 0 where it went well.',
    labels: ['act'],
  },
  signet_snapshot_taken_timestamp_seconds: {
    type: 'gauge',
    help: 'When the snapshot was taken with which it went well last: for copy, the newest that is elsewhere too.',
    labels: ['act'],
  },
  signet_snapshot_duration_seconds: { type: 'gauge', help: 'How long that took.', labels: ['act'] },
  signet_snapshot_revision: { type: 'gauge', help: "The revision of etcd's store that it holds.", labels: ['act'] },
  signet_snapshot_bytes: { type: 'gauge', help: 'Its size.', labels: ['act'] },
  signet_snapshots_kept: { type: 'gauge', help: 'Snapshots that this member keeps.', labels: [] },
  signet_snapshots_kept_bytes: { type: 'gauge', help: 'What they take together.', labels: [] },
  signet_snapshots_room_bytes: {
    type: 'gauge',
    help: 'What is free for more of them, without what etcd must keep of the same file system.',
    labels: [],
  },
  signet_certificates_issued_total: {
    type: 'counter',
    help: 'Certificates that the authority has signed since it started.',
    labels: ['kind'],
  },
  signet_certificates_refused_total: {
    type: 'counter',
    help: 'Requests for a certificate that the authority did not sign since it started.',
    labels: ['code'],
  },
  signet_calls_total: {
    type: 'counter',
    help: 'Calls over SSH that the endpoint has answered since it started.',
    labels: ['word', 'code'],
  },
} as const satisfies Readonly<Record<`signet_${string}`, Metric>>

export type MetricName = keyof typeof metricTable

/** All of them, in the order in which they are printed. */
export const metricNames: readonly MetricName[] = Object.keys(metricTable).filter(isMetricName)

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metricTable, name)
}

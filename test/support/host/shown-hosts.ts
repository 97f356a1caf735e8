import type { MemberRow } from '../../../src/cluster/format-member-list.ts'
import type { Finding } from '../../../src/core/finding.ts'
import type { HostDescription } from '../../../src/diagnosis/describe-host.ts'
import type { SnapshotsDescription } from '../../../src/diagnosis/describe-snapshots.ts'
import type { HostHorizon } from '../../../src/diagnosis/horizon.ts'

/** The moment at which the hosts below are looked at. */
export const shownAtMs = Date.UTC(2031, 0, 1, 13)

const minuteMs = 60_000
const pin = `SHA256:${'0123456789ABCDEF'.repeat(4)}`

/** A host of which nothing is known. */
export const nothing: HostDescription = {
  ...{ certificates: [], ca: null, cas: [], signer: null, members: [], joins: null, masters: null, horizon: null },
  snapshots: null,
  recovery: null,
}

/** A master whose certificate is a quarter through, and all is well. */
export const wellMaster: HostDescription = {
  ...nothing,
  certificates: [
    {
      ...{ kind: 'client', name: 'kubemaster-7', path: '/pki/client.crt', lifetimeUsed: 0.255 },
      ...{ notBefore: '2031-01-01T03:02:00.000Z', notAfter: '2031-01-02T03:12:00.000Z' },
    },
  ],
  ca: { pin, notAfter: '2041-01-01T00:00:00.000Z', daysLeft: 3652 },
  cas: [{ pin, notAfter: '2041-01-01T00:00:00.000Z', daysLeft: 3652 }],
  signer: { address: '192.0.2.11', isReachable: true, clockSkewMs: 120 },
  members: [1, 2, 3].map((id) => shownMember(id)),
  joins: { setting: 'closed', areOpen: false, text: 'joins are closed' },
}

/** What is found on it. */
export const wellFindings: readonly Finding[] = [
  {
    check: 'files',
    level: 'well',
    what: '/pki/client.key can be read by its owner only; nobody else can change the files',
  },
  { check: 'expiry', level: 'well', what: '/pki/client.crt is valid until 2031-01-02T03:12:00.000Z' },
  { check: 'signer', level: 'well', what: 'the signer 192.0.2.11 answers' },
  {
    check: 'peer-port',
    level: 'unknown',
    what: 'whether peer ports are closed to clients was not tried: only the signer can try it',
  },
]

/** A signer that has lost a member, and has seen masters that did not renew. */
export const illSigner: HostDescription = {
  ...wellMaster,
  certificates: [
    {
      ...{ kind: 'member', name: 'etcd-1', path: '/etc/etcd/pki/server.crt', lifetimeUsed: 0.1 },
      ...{ notBefore: '2030-12-23T00:00:00.000Z', notAfter: '2031-03-23T00:00:00.000Z' },
    },
  ],
  members: [
    shownMember(1),
    { ...shownMember(2), isHealthy: false, fault: 'no answer within the time' },
    shownMember(3),
  ],
  joins: { setting: 'open', areOpen: true, text: 'joins are open' },
  snapshots: illSnapshots(),
  horizon: shownHorizon({ expired: 1 }),
  masters: {
    ...{ total: 2, expired: 1, keysChanged: 1, keysShared: 0, sharedKeys: [] },
    soonest: [
      { name: 'kubemaster-3', address: '192.0.2.23', expiry: '2031-01-01T08:55:00.000Z', keyChanged: false },
      { name: 'kubemaster-7', address: '192.0.2.27', expiry: '2031-01-02T03:12:00.000Z', keyChanged: true },
    ],
  },
}

/** A signer without which three masters would go on for some hours. */
export const wellSigner: HostDescription = {
  ...illSigner,
  members: wellMaster.members,
  joins: wellMaster.joins,
  snapshots: wellSnapshots(),
  masters: {
    ...{ total: 4, expired: 0, keysChanged: 0, keysShared: 0, sharedKeys: [] },
    soonest: [1, 2, 7, 8].map((id) => ({
      ...{ name: `kubemaster-${id}`, address: `192.0.2.2${id}`, keyChanged: false },
      expiry: `2031-01-02T0${id === 8 ? 2 : 3}:${10 + id}:00.000Z`,
    })),
  },
  horizon: shownHorizon({ masters: 3, unknownFor: 1 }),
}

/** The same one, whose authority answers no more. */
export const downSigner: HostDescription = {
  ...wellSigner,
  signer: { address: '192.0.2.11', isReachable: false },
  ...{ joins: null, masters: null, horizon: shownHorizon({ masters: 3, isSignerUp: false }) },
}

/** The same one half an hour after it was adopted: it knows no master that renews. */
export const newSigner: HostDescription = {
  ...wellSigner,
  horizon: shownHorizon({ at: null, name: null, seconds: null, masters: 0, unknownFor: 4 }),
}

/** What is found where the authority is down. */
export const downFindings: readonly Finding[] = [
  {
    ...{ check: 'authority', level: 'broken', what: 'the authority does not answer on /run/signet/authority.sock' },
    ...{ why: 'no certificate is signed', fix: 'systemctl start signet-authority; journalctl -u signet-authority' },
  },
]

/** What is found on the one that is ill. */
export const illFindings: readonly Finding[] = [
  ...wellFindings,
  {
    ...{
      check: 'member',
      level: 'attention',
      what: 'member etcd-2 (https://192.0.2.12:2380): no answer within the time',
    },
    ...{ why: 'the next failure may cost the quorum', fix: 'on that host: systemctl status etcd; journalctl -u etcd' },
  },
  {
    ...{
      check: 'masters',
      level: 'attention',
      what: 'did not renew before the certificate expired: kubemaster-3 (192.0.2.23)',
    },
    why: 'etcd refuses them; or they were taken down, and this goes away within a week',
    fix: 'on each of them: signet doctor',
  },
  {
    ...{ check: 'snapshot-copy', level: 'attention' },
    what: 'the newest snapshot that was copied away from this host was taken 2031-01-01T00:00:00.000Z; one is due every 1h',
    why: 'the last try failed, 2031-01-01T12:58:00.000Z: /usr/local/bin/copy-away ended with status 5',
    fix: 'signet snapshot copy; journalctl -u signet-snapshot-stage -u signet-snapshot-copy -n 20',
  },
  {
    ...{
      check: 'file-modes',
      level: 'broken',
      what: 'the key /etc/etcd/pki/server.key can be read by other accounts (mode 0644)',
    },
    why: 'whoever reads it can pose as this host, and renewing refuses it',
    fix: 'chmod 600 /etc/etcd/pki/server.key; if somebody may have read it: signet renew --force',
  },
]

/** What somebody may have made of names: escape sequences, a forged line, a word written backwards. */
export const hostileText = '\u001b[2J\u001b]0;owned\u0007\nwell; no action is needed\u202egnihton'

/** A signer whose members, masters and findings are called that. */
export const hostileSigner: HostDescription = {
  ...illSigner,
  certificates: illSigner.certificates.map((row) => ({ ...row, name: hostileText })),
  members: illSigner.members.map((row) => ({
    ...row,
    name: hostileText,
    fault: hostileText,
    clientUrls: [hostileText],
  })),
  masters: {
    ...{ total: 1, expired: 0, keysChanged: 0, keysShared: 0, sharedKeys: [] },
    soonest: [{ name: hostileText, address: hostileText, expiry: hostileText, keyChanged: false }],
  },
  horizon: shownHorizon({ name: hostileText }),
  snapshots: hostileSnapshots(),
}

/** Saved within the hour, copied, and tried three days ago. */
function wellSnapshots(): SnapshotsDescription {
  return {
    saved: shownAct(3600, 12 * minuteMs),
    copied: shownAct(3600, 11 * minuteMs),
    fetched: shownAct(604_800, 75 * 3_600_000),
    drilled: shownAct(604_800, 76 * 3_600_000),
    ...{ kept: 38, keptBytes: 38 * 25 * 1024 ** 2, roomBytes: 4 * 1024 ** 3 },
  }
}

/** Saved, and not copied since midnight. */
function illSnapshots(): SnapshotsDescription {
  const failure = { time: '2031-01-01T12:58:00.000Z', what: '/usr/local/bin/copy-away ended with status 5' }
  return { ...wellSnapshots(), copied: { ...shownAct(3600, 780 * minuteMs), failure }, fetched: null }
}

function hostileSnapshots(): SnapshotsDescription {
  const { last, ...saved } = shownAct(3600, 0)
  return { ...wellSnapshots(), saved: { ...saved, last: last && { ...last, snapshot: hostileText } } }
}

function shownAct(everySeconds: number, agoMs: number): NonNullable<SnapshotsDescription['saved']> {
  const time = new Date(shownAtMs - agoMs).toISOString()
  const snapshot = `etcd-0123abcd-${time.replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-r421337.db`
  const last = { time, snapshot, takenAt: time, revision: '421337', bytes: 25 * 1024 ** 2, durationMs: 812 }
  return { everySeconds, last, failure: null }
}

function shownHorizon(change: Partial<HostHorizon>): HostHorizon {
  return {
    ...{ at: '2031-01-02T03:12:00.000Z', name: 'kubemaster-7', seconds: 51_120 },
    ...{ masters: 1, unknownFor: 0, expired: 0, isSignerUp: true, ...change },
  }
}

function shownMember(id: number): MemberRow {
  return {
    ...{ id: `8e9e05c52164694${id}`, name: `etcd-${id}`, role: id === 1 ? 'raftLeader' : 'voter' },
    ...{ isStarted: true, isHealthy: true, version: '3.5.24', dbSizeBytes: 25 * 1024 ** 2, raftIndex: '421337' },
    peerUrls: [`https://192.0.2.1${id}:2380`],
    clientUrls: [`https://192.0.2.1${id}:2379`],
  }
}

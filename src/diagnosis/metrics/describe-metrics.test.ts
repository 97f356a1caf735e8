import { describe, expect, it } from 'vitest'
import { failedAct, wellSnapshotFacts } from '../../../test/support/host/snapshot-facts.ts'
import { SignetError } from '../../core/signet-error.ts'
import { parseConfig } from '../../host/signet-config.ts'
import { parseSnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import type { AuthorityMetrics } from '../../protocol/authority-message.ts'
import type { InspectedAuthority } from '../inspect/inspect-authority.ts'
import { describeMetrics } from './describe-metrics.ts'
import { formatExposition } from './format-exposition.ts'
import { countOpen, readPeerPorts } from './kept-probe.ts'
import type { MetricFacts } from './metric-facts.ts'

const nowMs = Date.UTC(2031, 4, 17, 12)
const bare: MetricFacts = {
  nowMs,
  version: '0.1.0',
  pairs: [],
  isClockSynchronised: null,
  signer: undefined,
  authority: undefined,
  signerSinceMs: undefined,
  counts: undefined,
  peerPorts: undefined,
  snapshots: undefined,
}
const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test')
const metrics: AuthorityMetrics = {
  issued: { client: 7, member: 2, endpoint: 1, probe: 0 },
  refused: { 'try-later': 3 },
  masters: { well: 5000, unproven: 1, overdue: 0, expired: 2 },
  first: { name: 'kubemaster-7', address: '192.0.2.7', expiry: '2031-05-18T02:12:00.000Z' },
}
function authority(change: Partial<AuthorityMetrics> = {}): InspectedAuthority {
  const times = { time: '', caNotAfter: '', pin: '', clientLifetimeSeconds: 86_400, memberLifetimeSeconds: 1 }
  return {
    config,
    status: { ...times, joins: 'closed', members: {}, changedKeys: [] },
    masters: { total: 0, expired: 0, keysChanged: 0, keysShared: 0, sharedKeys: [], soonest: [] },
    members: undefined,
    metrics: { ...metrics, ...change },
  }
}

function print(facts: Partial<MetricFacts>): readonly string[] {
  const text = formatExposition(describeMetrics({ ...bare, ...facts }))
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('metrics', () => {
  it('say nothing of what is not known: no zero stands for a time that there is none of', () => {
    expect(print({})).toEqual(['signet_build_info{version="0.1.0"} 1'])
    expect(print({ authority: authority({ first: null }), signerSinceMs: 0 })).not.toContainEqual(
      expect.stringMatching(/first_expiry|since/),
    )
  })

  it('of a signer have counts and one horizon, and no series per master', () => {
    const lines = print({ authority: authority(), signerSinceMs: nowMs - 1000 })
    expect(lines).toEqual([
      'signet_build_info{version="0.1.0"} 1',
      'signet_authority_up 1',
      'signet_signer_since_timestamp_seconds 1936785599',
      'signet_client_lifetime_seconds 86400',
      'signet_joins_open 0',
      'signet_masters{state="well"} 5000',
      'signet_masters{state="unproven"} 1',
      'signet_masters{state="overdue"} 0',
      'signet_masters{state="expired"} 2',
      'signet_masters_first_expiry_timestamp_seconds 1936836720',
      'signet_certificates_issued_total{kind="client"} 7',
      'signet_certificates_issued_total{kind="member"} 2',
      'signet_certificates_issued_total{kind="endpoint"} 1',
      'signet_certificates_issued_total{kind="probe"} 0',
      'signet_certificates_refused_total{code="try-later"} 3',
    ])
  })

  it('of a signer whose authority is down, or of an older version, leave out what it does not answer', () => {
    const failure = new SignetError('unavailable', 'nothing answers')
    expect(print({ authority: { config, failure }, signerSinceMs: nowMs })).toEqual([
      'signet_build_info{version="0.1.0"} 1',
      'signet_authority_up 0',
      'signet_signer_since_timestamp_seconds 1936785600',
    ])
    const older = { ...authority(), metrics: undefined }
    expect(print({ authority: older })).not.toContainEqual(expect.stringMatching(/masters|total/))
  })

  it('never hold a label that fits no grammar: a hostile word forges no series', () => {
    const word = 'x"} 1\nsignet_signer_up'
    expect(
      print({
        counts: [
          { word, code: 'ok', count: 1 },
          { word: 'help', code: 'ok', count: 2 },
        ],
      }),
    ).toEqual(['signet_build_info{version="0.1.0"} 1', 'signet_calls_total{word="help",code="ok"} 2'])
  })

  it('say each series once, whatever its value: node_exporter takes no file that says one twice', () => {
    const twice = { word: 'help', code: 'ok', count: 2 }
    expect(print({ counts: [twice, twice, { ...twice, count: 3 }] })).toEqual([
      'signet_build_info{version="0.1.0"} 1',
      'signet_calls_total{word="help",code="ok"} 2',
    ])
  })
})

describe('the metrics of snapshots', () => {
  const facts = wellSnapshotFacts(nowMs)

  it('tell of each act when it went well, and of what is kept', () => {
    const lines = print({ snapshots: facts })
    expect(lines.filter((line) => /act="copy"|member_since|kept|room/.test(line))).toEqual([
      'signet_member_since_timestamp_seconds 1929009600',
      'signet_snapshot_period_seconds{act="copy"} 3600',
      'signet_snapshot_last_try_timestamp_seconds{act="copy"} 1936785000',
      'signet_snapshot_last_success_timestamp_seconds{act="copy"} 1936785000',
      'signet_snapshot_failed{act="copy"} 0',
      'signet_snapshot_taken_timestamp_seconds{act="copy"} 1936785000',
      'signet_snapshot_duration_seconds{act="copy"} 0.812',
      'signet_snapshot_revision{act="copy"} 421337',
      'signet_snapshot_bytes{act="copy"} 26214400',
      'signet_snapshots_kept 1',
      'signet_snapshots_kept_bytes 26214400',
      'signet_snapshots_room_bytes 4294967296',
    ])
    expect(lines.filter((line) => line.includes('period')).length).toBe(4)
  })

  it('expect nothing that nobody asked for, and have no time for what was never done', () => {
    const state = { save: undefined, copy: undefined, fetch: undefined, drill: undefined }
    const config = parseSnapshotConfig('save: {every: 2h}', 'a test')
    const lines = print({ snapshots: { ...facts, config, state, kept: undefined, room: undefined } })
    expect(lines.slice(2)).toEqual([
      'signet_snapshot_period_seconds{act="save"} 7200',
      'signet_snapshot_period_seconds{act="drill"} 604800',
    ])
  })

  it('tell of a try that failed, also where none ever went well', () => {
    const save = failedAct(nowMs, { lastSuccess: null })
    const lines = print({ snapshots: { ...facts, state: { ...facts.state, save } } })
    expect(lines.filter((line) => line.includes('act="save"'))).toEqual([
      'signet_snapshot_period_seconds{act="save"} 3600',
      'signet_snapshot_last_try_timestamp_seconds{act="save"} 1936785600',
      'signet_snapshot_failed{act="save"} 1',
    ])
  })
})

describe('the probe of the peer ports', () => {
  const probe = (peerPort: 'open' | 'closed' | 'unreachable', clientPortAccepts = true) => {
    return { peerUrl: 'https://192.0.2.1:2380', peerPort, clientPortAccepts }
  }

  it('tells of an open port, and of none only where all were seen closed', () => {
    expect(countOpen({ probes: [probe('open'), probe('unreachable')] }, nowMs)).toEqual({ atMs: nowMs, open: 1 })
    expect(countOpen({ probes: [probe('closed'), probe('closed')] }, nowMs)).toEqual({ atMs: nowMs, open: 0 })
    expect(countOpen({ probes: [probe('closed'), probe('unreachable')] }, nowMs)).toEqual({ atMs: nowMs, open: null })
    expect(countOpen({ probes: [probe('closed', false)] }, nowMs)).toEqual({ atMs: nowMs, open: null })
    expect(countOpen({ probes: [] }, nowMs)).toBeUndefined()
    expect(countOpen({ notTried: 'only the signer can try it' }, nowMs)).toBeUndefined()
  })

  it.each([
    ['is kept for an hour', JSON.stringify({ atMs: nowMs - 3_599_000, open: 0 }), 0],
    [
      'is kept for ten minutes where a member did not answer',
      JSON.stringify({ atMs: nowMs - 599_000, open: null }),
      0,
      null,
    ],
    ['is made again after them', JSON.stringify({ atMs: nowMs - 600_000, open: null }), 1],
    ['is made again after it', JSON.stringify({ atMs: nowMs - 3_600_000, open: 0 }), 1],
    ['is made again where the clock was set back', JSON.stringify({ atMs: nowMs + 1000, open: 0 }), 1],
    ['is made again where what was kept is damaged', '{"atMs":', 1],
  ])('%s', async (_what, kept, probes, open: number | null = 0) => {
    let [made, written] = [0, '']
    const found = await readPeerPorts({
      files: {
        read: async () => ({ text: kept, mode: 0o600, uid: 0, gid: 0 }),
        write: async (_path, content) => {
          written = String(content)
        },
      },
      file: '/run/signet-metrics/peer-ports.json',
      nowMs,
      probe: async () => {
        made += 1
        return { probes: [probe('closed')] }
      },
    })
    expect(made).toBe(probes)
    expect(found?.open).toBe(open)
    expect(written).toBe(probes === 0 ? '' : JSON.stringify({ atMs: nowMs, open: 0 }))
  })
})

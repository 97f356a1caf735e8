import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { doneAct } from '../../../../test/support/host/snapshot-facts.ts'
import { localFiles } from '../../../host/files/local-files.ts'
import { type HostLayout, hostLayout } from '../../../host/host-layout.ts'
import { inspectSnapshots } from './inspect-snapshots.ts'

const world = { files: localFiles, ownUid: process.geteuid?.() ?? 0 }
const name = 'etcd-0123abcd-20310101T120000Z-r9.db'
let layout: HostLayout
beforeEach(() => {
  layout = hostLayout(mkdtempSync(join(tmpdir(), 'signet-eyes-')))
})
afterEach(() => rmSync(layout.root, { recursive: true }))

it('finds nothing, and fails at nothing, where nothing was ever saved', async () => {
  expect(await inspectSnapshots(layout, world)).toMatchObject({
    config: { save: { every: 3600 } },
    state: {},
    kept: { names: new Set(), bytes: 0 },
    room: { freeBytes: expect.any(Number), reservedBytes: expect.any(Number) },
    sinceMs: undefined,
  })
})

it('counts what bears the name of a snapshot, and nothing that is half', async () => {
  mkdirSync(layout.snapshotStates, { recursive: true })
  writeFileSync(join(layout.snapshots, name), 'x'.repeat(100))
  writeFileSync(join(layout.snapshots, name.replace('.db', '.json')), '{}')
  writeFileSync(join(layout.snapshots, '.signet-snapshot.0123456789ab.new'), 'half')
  const save = doneAct(Date.UTC(2031, 0, 1))
  writeFileSync(join(layout.snapshotStates, 'save.json'), JSON.stringify(save))
  writeFileSync(join(layout.snapshotStates, 'drill.json'), '{"lastTry":')
  const { kept, state } = await inspectSnapshots(layout, world)
  expect(kept).toEqual({ names: new Set([name]), bytes: 100 })
  expect(state).toEqual({ save, copy: undefined, fetch: undefined, drill: undefined })
})

it('knows what etcd must keep of the same file system, by the quota that it is started with', async () => {
  mkdirSync(layout.snapshots, { recursive: true })
  mkdirSync(layout.dataDirectory, { recursive: true })
  mkdirSync(join(layout.root, 'etc/signet'), { recursive: true })
  writeFileSync(layout.etcdFlags, 'ETCD_FLAGS="--name=etcd-1 --quota-backend-bytes=67108864 --x"\n')
  const { room } = await inspectSnapshots(layout, world)
  expect(room).toEqual({ freeBytes: expect.any(Number), reservedBytes: 2 * 67_108_864 })
})

it('makes a fact of a configuration that is wrong', async () => {
  mkdirSync(join(layout.root, 'etc/signet'), { recursive: true })
  writeFileSync(layout.snapshotConfiguration, 'save: {every: 1s}')
  chmodSync(layout.snapshotConfiguration, 0o600)
  expect(await inspectSnapshots(layout, world)).toMatchObject({ config: { failure: { code: 'configuration' } } })
})

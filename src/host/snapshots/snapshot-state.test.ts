import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { localFiles } from '../files/local-files.ts'
import { type HostLayout, hostLayout } from '../host-layout.ts'
import { readSnapshotState, recordAct } from './snapshot-state.ts'

const noonMs = Date.UTC(2026, 0, 31, 12)
const success = {
  snapshot: 'etcd-0123abcd-20260131T115900Z-r9.db',
  takenAt: '2026-01-31T11:59:00.000Z',
  revision: '9',
  bytes: 20_512,
  durationMs: 812.5,
  sha256: 'ab'.repeat(32),
}

let root: string
let layout: HostLayout
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-state-'))
  layout = hostLayout(root)
})
afterEach(() => rmSync(root, { recursive: true }))

const world = (nowMs: number) => ({ layout, files: localFiles, clock: { now: () => nowMs } as never })
const read = () => readSnapshotState(layout, localFiles)

it('nothing is known of what was never tried', async () => {
  expect(await read()).toEqual({ save: undefined, copy: undefined, fetch: undefined, drill: undefined })
})

it('a failure is told beside the last success, and forgotten by the next', async () => {
  await recordAct(world(noonMs), 'save', { success })
  await recordAct(world(noonMs + 1000), 'save', { failure: 'the disk is full' })
  const lastSuccess = { time: '2026-01-31T12:00:00.000Z', ...success }
  const lastTry = { time: '2026-01-31T12:00:01.000Z', failure: 'the disk is full' }
  expect((await read()).save).toEqual({ lastTry, lastSuccess })
  await recordAct(world(noonMs + 2000), 'save', { success })
  expect((await read()).save?.lastTry.failure).toBeNull()
})

it('a first failure has no success before it, and each act a file of its own', async () => {
  await recordAct(world(noonMs), 'copy', { failure: 'x'.repeat(5000) })
  expect(await read()).toMatchObject({ save: undefined, copy: { lastSuccess: null } })
  expect(readdirSync(layout.snapshotStates)).toEqual(['copy.json'])
  expect(statSync(layout.snapshotStates).mode & 0o777).toBe(0o700)
})

it.each(['', '{', '{}', '[]', 'null', '{"lastTry":{"time":"noon","failure":null},"lastSuccess":null}'])(
  'what cannot be read is as if it were not there: %s',
  async (text) => {
    mkdirSync(layout.snapshotStates, { recursive: true })
    writeFileSync(join(layout.snapshotStates, 'drill.json'), text)
    mkdirSync(join(layout.snapshotStates, 'copy.json'))
    expect(await read()).toMatchObject({ drill: undefined, copy: undefined })
  },
)

it('of copies the newest snapshot stays the last one, though older ones that were missed follow it', async () => {
  const copied = async (takenAt: string) => {
    await recordAct(world(noonMs), 'copy', { success: { ...success, takenAt } })
    return (await read()).copy?.lastSuccess?.takenAt
  }
  expect(await copied('2026-01-31T11:00:00.000Z')).toBe('2026-01-31T11:00:00.000Z')
  expect(await copied('2026-01-31T10:00:00.000Z')).toBe('2026-01-31T11:00:00.000Z')
  expect(await copied('2026-01-31T12:00:00.000Z')).toBe('2026-01-31T12:00:00.000Z')
  // Named by a clock that was ahead, it must not be the newest for ever.
  expect(await copied('2027-01-31T12:00:00.000Z')).toBe('2027-01-31T12:00:00.000Z')
  expect(await copied('2026-01-31T11:30:00.000Z')).toBe('2026-01-31T11:30:00.000Z')
})

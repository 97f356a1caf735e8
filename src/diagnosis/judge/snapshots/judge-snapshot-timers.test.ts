import { expect, it } from 'vitest'
import { wellSnapshotFacts } from '../../../../test/support/host/snapshot-facts.ts'
import { parseSnapshotConfig } from '../../../host/snapshots/snapshot-config.ts'
import { inspectSnapshotTimers } from '../../inspect/snapshots/inspect-snapshot-timers.ts'
import { judgeSnapshotTimers } from './judge-snapshot-timers.ts'

const facts = wellSnapshotFacts(0)
const active = (...units: readonly string[]) => ({ isTimerActive: async (unit: string) => units.includes(unit) })
const all = ['signet-snapshot.timer', 'signet-snapshot-copy.timer', 'signet-snapshot-drill.timer']

it('timers that run are well, and one that is stopped calls for attention', async () => {
  expect(judgeSnapshotTimers(await inspectSnapshotTimers(facts, active(...all)))).toMatchObject([{ level: 'well' }])
  const found = judgeSnapshotTimers(await inspectSnapshotTimers(facts, active(...all.slice(1))))
  expect(found).toMatchObject([{ level: 'attention', fix: 'systemctl enable --now signet-snapshot.timer' }])
})

it('the timer of the copy is asked for where there is something to copy with', async () => {
  const config = parseSnapshotConfig('', 'a test')
  const [save, , drill] = all
  const found = await inspectSnapshotTimers({ ...facts, config }, active(save ?? '', drill ?? ''))
  expect(judgeSnapshotTimers(found)).toMatchObject([{ level: 'well' }])
})

it('without systemd nobody knows', async () => {
  const found = await inspectSnapshotTimers(facts, { isTimerActive: async () => undefined })
  expect(judgeSnapshotTimers(found)).toMatchObject([{ level: 'unknown' }])
})

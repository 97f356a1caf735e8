import { expect, it } from 'vitest'
import type { RecoveryMarks } from '../../../host/lost-quorum/recovery-marks.ts'
import { judgeRecovery } from './judge-recovery.ts'

const time = '2026-01-31T12:00:00.000Z'
const none: RecoveryMarks = { standDown: undefined, receipt: undefined, unfinished: undefined }
const standDown = {
  state: 'stood-down',
  time,
  clusterId: '1111111111111111',
  members: [],
} satisfies RecoveryMarks['standDown']
const gone = { name: 'etcd-3', state: 'gone', addresses: ['192.0.2.13'], isConfirmed: false }
const receipt = { time, oldClusterId: '1111111111111111', newClusterId: '2222222222222222', members: [gone] }

it('a member that has stood down says since when, and what ends it', () => {
  expect(judgeRecovery({ ...none, standDown })).toMatchObject([
    {
      level: 'attention',
      what: `this member has stood down since ${time}: its etcd does not start`,
      fix: expect.stringContaining('signet recover --rejoin --cluster=ID'),
    },
  ])
})

it('a run that was cut off is typed again, and told once', () => {
  const unfinished = { arguments: 'recover --rejoin --cluster=2222222222222222' }
  const found = judgeRecovery({ ...none, standDown: { ...standDown, state: 'rejoining' }, unfinished })
  expect(found).toMatchObject([{ level: 'broken', fix: `run it again, it goes on: signet ${unfinished.arguments}` }])
})

it('a file that says nothing keeps etcd from starting all the same', () => {
  expect(judgeRecovery({ ...none, standDown: 'unreadable' })).toMatchObject([{ level: 'broken' }])
})

it('members that are gone are named until root has said that they are off', () => {
  expect(judgeRecovery({ ...none, receipt })).toMatchObject([
    { level: 'attention', what: expect.stringContaining('"etcd-3" ("192.0.2.13")') },
  ])
  expect(judgeRecovery({ ...none, receipt }, ['etcd-1', 'etcd-3'])).toMatchObject([{ level: 'note' }])
  const confirmed = { ...receipt, members: [{ ...gone, isConfirmed: true }] }
  expect(judgeRecovery({ ...none, receipt: confirmed })).toMatchObject([{ level: 'note' }])
})

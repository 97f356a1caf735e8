import { expect, it } from 'vitest'
import { documentedJson, shapeOf } from '../../test/support/docs/json-page.ts'
import { failedAct, wellSnapshotFacts } from '../../test/support/host/snapshot-facts.ts'
import { parseSnapshotConfig } from '../host/snapshots/snapshot-config.ts'
import { describeSnapshots } from './describe-snapshots.ts'

const nowMs = Date.UTC(2031, 0, 1)
const facts = wellSnapshotFacts(nowMs)

it('what status tells of snapshots is what docs/JSON.md says', () => {
  const config = parseSnapshotConfig('copy: /usr/local/bin/copy-away', 'a test')
  const copy = failedAct(nowMs, { lastSuccess: null })
  const told = describeSnapshots({
    ...facts,
    config,
    state: { ...facts.state, copy, fetch: undefined, drill: undefined },
  })
  expect(shapeOf(told)).toEqual(shapeOf(documentedJson('status snapshots')))
})

it('whoever may not see them is told of none', () => {
  expect(describeSnapshots({ ...facts, kept: undefined })).toBeNull()
  expect(describeSnapshots(undefined)).toBeNull()
})

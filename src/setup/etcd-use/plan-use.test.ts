import { describe, expect, it } from 'vitest'
import { FakeCluster, type FakeMember, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { RaftLog } from '../../cluster/read-raft-log.ts'
import { parseMemberVersion } from '../../etcd/versions/upgrade-rules.ts'
import { newProgress, recordStep } from '../run/run-progress.ts'
import { planUse, runsTarget, type UseFacts, unreadableUpTo } from './plan-use.ts'

const log: RaftLog = { snapshotIndex: 10, lastIndex: 90, membershipV2: undefined, foreignV2: undefined }

function version(text: string) {
  const parsed = parseMemberVersion(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

const at = (directory: string, text: string) => ({ directory, version: version(text) })

/** etcd-1 of three members of 3.5.35, which is to move to 3.6.16. */
async function factsOf(change: Partial<UseFacts> = {}, members = of('3.5.35', '3.5.35', '3.5.35')): Promise<UseFacts> {
  return {
    arguments: 'etcd use /opt/new',
    progress: undefined,
    name: 'etcd-1',
    target: at('/opt/new', '3.6.16'),
    previous: at('/usr/bin', '3.5.35'),
    running: version('3.5.35'),
    view: await new FakeCluster(members).operations().readView(),
    cluster: version('3.5.0'),
    log,
    ...change,
  }
}

function of(...versions: readonly string[]): readonly FakeMember[] {
  return versions.map((text, index) => fakeMember(index + 1, { version: text }))
}

const switched = recordStep(newProgress('etcd use /opt/new'), 'switch', 'started')

describe('planUse', () => {
  it('plans step by step, with a raft snapshot only where the target cannot read the log', async () => {
    const plan = planUse(await factsOf())
    expect(plan.steps.map(({ id }) => id)).toEqual(['save-snapshot', 'hand-over', 'switch', 'restart', 'verify'])
    expect(plan).toMatchObject({ isDone: false, warnings: [], pointOfNoReturn: { step: 'verify', state: 'done' } })
    const old = planUse(await factsOf({ log: { ...log, foreignV2: 40 } }))
    expect(old.steps.map(({ id }) => id)).toContain('raft-snapshot')
  })

  it.each([
    ['3.6.16', { membershipV2: 40 }, undefined],
    ['3.6.16', { foreignV2: 40, membershipV2: 50 }, 40],
    ['3.7.3', { membershipV2: 40 }, 40],
    ['3.7.3', { membershipV2: 40, foreignV2: 50 }, 50],
    ['3.7.3', {}, undefined],
    ['3.5.35', { foreignV2: 40 }, undefined],
  ])('before %s with %j the snapshot has to reach %s', (target, change, index) => {
    expect(unreadableUpTo({ target: at('/opt/new', target), log: { ...log, ...change } })).toBe(index)
  })

  it('has nothing to do where those binaries run already, and says what one member costs', async () => {
    const same = { target: at('/usr/bin', '3.5.35') }
    expect(planUse(await factsOf(same))).toMatchObject({ isDone: true, steps: [] })
    const alone = planUse(await factsOf({}, of('3.5.35')))
    expect(alone.steps.map(({ id }) => id)).not.toContain('hand-over')
    expect(alone.warnings.join()).toMatch(/only voting member.*takes up 3\.6 then/)
  })

  it('warns where the binaries that run are gone: then there is no way back from the restart on', async () => {
    const replaced = { target: at('/usr/bin', '3.5.36'), previous: at('/usr/bin', '3.5.36') }
    const plan = planUse(await factsOf(replaced))
    expect(plan.pointOfNoReturn).toMatchObject({ step: 'restart', state: 'started' })
    expect(plan.warnings).toEqual(['what it runs now is not in /usr/bin any more: there is no way back'])
  })

  it('goes on with an interrupted run though this member is away, and knows whether it was restarted', async () => {
    const away = [fakeMember(1, { isRunning: false }), ...of('3.5.35', '3.5.35', '3.5.35').slice(1)]
    const facts = await factsOf({ progress: switched, running: undefined }, away)
    expect(planUse(facts).isDone).toBe(false)
    expect(runsTarget(facts)).toBe(false)
    expect(runsTarget({ ...facts, running: version('3.6.16') })).toBe(true)
    expect((await refusalOf(async () => planUse({ ...facts, progress: undefined }))).code).toBe('try-later')
  })

  it.each<[string, Partial<UseFacts>, readonly FakeMember[], string, RegExp]>([
    [
      'another run',
      { progress: { ...switched, arguments: 'etcd use /opt/other' } },
      of('3.5.35'),
      'refused',
      /not finished/,
    ],
    [
      'a dead member',
      {},
      [...of('3.5.35', '3.5.35'), fakeMember(3, { isRunning: false })],
      'try-later',
      /while etcd-3 is not healthy/,
    ],
    ['a learner', {}, [...of('3.5.35'), fakeMember(2, { isLearner: true })], 'try-later', /while etcd-2 is a learner/],
    ['a floor', {}, of('3.5.35', '3.5.16'), 'configuration', /a member runs 3\.5\.16, and 3\.6 may follow 3\.5\.26/],
    ['two minors', { target: at('/opt/new', '3.7.3') }, of('3.5.35'), 'configuration', /one minor version at a time/],
    ['the past', { target: at('/opt/new', '3.4.23') }, of('3.5.35'), 'configuration', /has taken up 3\.5/],
    [
      'a member too far away',
      { target: at('/opt/new', '3.7.3'), running: version('3.6.16') },
      of('3.6.16', '3.5.35'),
      'configuration',
      /a member runs 3\.5\.35, more than one minor/,
    ],
    [
      'a cluster that is behind',
      { target: at('/opt/new', '3.7.3'), running: version('3.6.16') },
      of('3.6.16', '3.6.16'),
      'try-later',
      /no more than 3\.5 yet/,
    ],
    [
      'what nobody knows',
      { target: at('/opt/new', '4.0.0') },
      of('3.5.35'),
      'configuration',
      /Signet knows 3\.4 to 3\.7/,
    ],
  ])('refuses %s', async (_, change, members, code, message) => {
    const facts = await factsOf(change, members)
    const refusal = await refusalOf(async () => planUse(facts))
    expect([refusal.code, refusal.message, refusal.hint]).toEqual([
      code,
      expect.stringMatching(message),
      expect.any(String),
    ])
  })

  it('refuses an alarm', async () => {
    const cluster = new FakeCluster(of('3.5.35', '3.5.35'))
    cluster.alarms = [{ memberId: 2n, kind: 'NOSPACE' }]
    const facts = await factsOf({ view: await cluster.operations().readView() })
    const refusal = await refusalOf(async () => planUse(facts))
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('alarm NOSPACE of etcd-2') })
  })
})

import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost, fakeTime } from '../../../test/support/host/fake-host.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import { silentListener } from '../../../test/support/silent.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { type Act, applyPlan } from '../run/apply-plan.ts'
import { newProgress, type RunProgress } from '../run/run-progress.ts'
import { RunningPlan } from '../run/running-plan.ts'
import { type InitFacts, type InitStepId, planInit } from './plan-init.ts'

const settings = { networks: ['192.0.2.0/24'], clientLifetime: '24h', embeddedPort: undefined }
const facts: InitFacts = {
  ...new FakeHost(new FakeCluster(), 1).plan().facts,
  caState: 'absent',
  caFile: '/etc/etcd/pki/ca.key',
  settings,
}

describe('planInit', () => {
  it('tells the steps, and which callers will be answered', () => {
    const { steps, warnings } = planInit(facts)
    expect(steps.map(({ id }) => id)).toEqual([
      'make-ca',
      'write-signet-configuration',
      'start-authority',
      'make-key',
      'obtain-certificate',
      'write-configuration',
      'start-etcd',
      'verify',
      'start-endpoint',
      'clean-up',
    ])
    expect(steps[1]?.title).toBe('write the configuration: callers from 192.0.2.0/24')
    expect(warnings).toEqual([])
  })

  it('says which of several addresses it takes and why, and nothing where there is no choice or the operator chose', () => {
    const reason = 'the default route of IPv4 leaves from it'
    const choose = (others: readonly string[]) =>
      planInit({ ...facts, addressChoice: { address: '192.0.2.1', reason, others } }).warnings
    expect(choose(['10.0.0.1', '2001:db8::1'])).toEqual([
      `members and masters will find this host at 192.0.2.1: ${reason}; it also has 10.0.0.1, 2001:db8::1; ` +
        'to take another, or a second one of the other family: --address=IP',
    ])
    expect(choose(Array.from({ length: 300 }, (_, index) => `10.0.0.${index}`))[0]).toContain('10.0.0.7 and 292 more;')
    expect(choose([])).toEqual([])
    expect(planInit(facts).warnings).toEqual([])
  })

  it.each<[string, Partial<InitFacts>, string, RegExp]>([
    [
      'a CA that it did not make',
      { caState: 'foreign' },
      'configuration',
      /^\/etc\/etcd\/pki\/ca\.key exists and was not/,
    ],
    ['a CA of a run of which nothing is known', { caState: 'ours' }, 'configuration', /was not made by this run$/],
    [
      'to guess the network',
      { settings: { ...settings, networks: [] } },
      'configuration',
      /^the control-plane network cannot be told/,
    ],
    ['data that it did not make', { dataDirectoryState: 'foreign' }, 'configuration', /holds data/],
    ['a second run', { progress: { ...newProgress(''), isFinished: true } }, 'refused', /is already a member/],
  ])('refuses %s', async (_, change, code, message) => {
    const refusal = await refusalOf(() => planInit({ ...facts, ...change }))
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
    expect(refusal.hint).toBeDefined()
  })

  it('warns of a clock that nobody sets', () => {
    expect(planInit({ ...facts, clockIsSynchronized: false }).warnings).toHaveLength(1)
  })

  it.each([
    [{ major: 3, minor: 4, patch: 23 }, ['kubeadm refuses an external etcd below 3.5.24, and this one is 3.4.23']],
    [{ major: 3, minor: 5, patch: 24 }, []],
  ])('warns of an etcd that kubeadm refuses: %j', (etcdVersion, expected) => {
    const { warnings } = planInit({ ...facts, own: { ...facts.own, etcdVersion } })
    expect(warnings.map((warning) => warning.split(';')[0])).toEqual(expected)
  })
})

describe('a plan of init', () => {
  const plan = planInit(facts)
  const ids = plan.steps.map(({ id }) => id)

  async function found(failsAt?: InitStepId, undoFailsAt?: InitStepId) {
    const said: string[] = []
    let progress: RunProgress | undefined
    const act = (id: InitStepId): Act => ({
      run: async () => {
        said.push(id)
        if (id === failsAt) throw new SignetError('unavailable', `${id} failed`)
      },
      undo: async () => {
        said.push(`undo ${id}`)
        if (id === undoFailsAt) throw new Error('no')
      },
    })
    const acts = Object.fromEntries(ids.map((id) => [id, act(id)])) as Record<InitStepId, Act>
    const store = {
      load: async () => progress,
      save: async (next: RunProgress) => {
        progress = next
      },
      clear: async () => {
        progress = undefined
      },
    }
    const world = { progress: store, time: fakeTime(), listener: silentListener }
    const run = applyPlan(new RunningPlan(plan, world), { acts })
    const failure = await run.then(() => undefined, asSignetError)
    return { said, failure, progress: progress as RunProgress | undefined }
  }

  it('does every step once and remembers that it is finished', async () => {
    const { said, failure, progress } = await found()
    expect(failure).toBeUndefined()
    expect(said).toEqual(ids)
    expect(progress).toMatchObject({ isFinished: true, done: ids })
  })

  it('undoes what had begun, the last first, where the endpoint answered nobody yet', async () => {
    const { said, failure, progress } = await found('start-authority')
    expect(failure?.message).toBe('start-authority failed')
    expect(said.slice(3)).toEqual(['undo start-authority', 'undo write-signet-configuration', 'undo make-ca'])
    expect(progress).toBeUndefined()
  })

  it('keeps the CA once callers may hold its certificates', async () => {
    const { said, failure, progress } = await found('clean-up')
    expect(failure?.message).toBe('clean-up failed')
    expect(said).toEqual(ids)
    expect(progress?.isFinished).toBe(false)
  })

  it('reports the first failure, and what could not be undone', async () => {
    const { failure, progress } = await found('make-key', 'start-authority')
    expect(failure?.code).toBe('unavailable')
    expect(failure?.message).toMatch(/^make-key failed; it could not be undone: /)
    expect(progress).toBeDefined()
  })
})

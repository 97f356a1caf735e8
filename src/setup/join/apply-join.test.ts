import { describe, expect, it } from 'vitest'
import { Fault, type FaultSettings } from '../../../test/support/disk/fault.ts'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../test/support/host/fake-host.ts'
import { silentListener } from '../../../test/support/silent.ts'
import { asSignetError, type SignetError } from '../../core/signet-error.ts'
import type { StepListener } from '../run/step-listener.ts'
import { applyJoin } from './apply-join.ts'
import type { JoinReceipt } from './join-receipt.ts'

const twoVoters = [
  'etcd-1 https://192.0.2.1:2380 https://192.0.2.1:2379 voter up',
  'etcd-2 https://192.0.2.2:2380 https://192.0.2.2:2379 voter up',
]

function join(host: FakeHost, fault?: Fault): Promise<JoinReceipt> {
  return applyJoin(host.plan(), host.world(fault))
}

async function failureOf(run: Promise<unknown>): Promise<SignetError> {
  return run.then(
    () => {
      throw new Error('it did not fail')
    },
    (error) => asSignetError(error),
  )
}

function expectJoined(host: FakeHost): void {
  expect(host.cluster.summary()).toEqual(twoVoters)
  expect(host).toMatchObject({ isRunning: true, isFinished: true, files: ['ca.crt', 'server.key', 'server.crt'] })
  expect(host.dataOf).toBe(host.cluster.members.at(-1)?.id)
  expect(host.progress?.isFinished).toBe(true)
}

describe('applyJoin', () => {
  it('makes a second voter, step by step, and says what the next step of the operator is', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    const said: string[] = []
    const listener: StepListener = { ...silentListener, started: ({ id }) => said.push(id) }
    const receipt = await applyJoin(host.plan(), { ...host.world(), listener })
    expectJoined(host)
    expect(said.join(' ')).toBe(
      'fetch-ca make-key obtain-certificate check-cluster add-learner write-configuration start-etcd catch-up promote verify renew clean-up',
    )
    expect(host.configuration).toBe('etcd-1=https://192.0.2.1:2380,etcd-2=https://192.0.2.2:2380')
    expect(receipt).toMatchObject({
      name: 'etcd-2',
      memberId: '64',
      voters: 2,
      toleratedFailures: 0,
      members: ['etcd-1', 'etcd-2'],
      canaryFailures: 0,
      advice: 'two members tolerate no failure: add a third',
      etcdServers: '--etcd-servers=https://192.0.2.1:2379,https://192.0.2.2:2379',
    })
    expect(receipt.canaryWrites).toBeGreaterThan(0)
    expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt)
  })

  it('gives no advice about three members', async () => {
    const host = new FakeHost(new FakeCluster([fakeMember(1), fakeMember(2)]), 3)
    const receipt = await join(host)
    expect(receipt).toMatchObject({ voters: 3, toleratedFailures: 1 })
    expect(receipt.advice).toBeUndefined()
  })

  it('says what to type on the signer once three vote and any host can still join', async () => {
    const host = new FakeHost(new FakeCluster([fakeMember(1), fakeMember(2)]), 3)
    const open = { areJoinsOpen: true }
    expect((await applyJoin(host.plan(open), host.world())).advice).toContain('on the signer: signet joins close')
    const second = new FakeHost(new FakeCluster(), 2)
    expect((await applyJoin(second.plan(open), second.world())).advice).toBe(
      'two members tolerate no failure: add a third',
    )
  })

  it('takes the learner out again when etcd never reaches the cluster', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    host.reachesCluster = false
    const failure = await failureOf(join(host))
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toBe('etcd of etcd-2 did not catch up: it does not answer after 60 s')
    expect(failure.hint).toContain('journalctl -u etcd')
    expect(host.cluster.summary()).toEqual([twoVoters[0]])
    expect(host.isUntouched).toBe(true)
  })

  it('takes the learner out again when a member cannot reach its peer port, although it has caught up', async () => {
    const host = new FakeHost(new FakeCluster([fakeMember(1), fakeMember(3)]), 2)
    host.inboundPeers = ['192.0.2.1']
    const failure = await failureOf(join(host))
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toBe('etcd-3 cannot reach https://192.0.2.2:2380')
    expect(host.cluster.summary()).toHaveLength(2)
    expect(host.isUntouched).toBe(true)
  })

  it('adds nothing where it cannot reach the peer port of a member itself', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(3)])
    const before = cluster.summary()
    const host = new FakeHost(cluster, 2)
    host.blockedUrls = ['https://192.0.2.3:2380']
    const failure = await failureOf(join(host))
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toBe('etcd-3 cannot be reached at https://192.0.2.3:2380')
    expect(failure.hint).toBe('open the peer port of etcd-3 to 192.0.2.2, then run it again')
    expect(cluster.summary()).toEqual(before)
    expect(cluster.writes).toBe(0)
    expect(host.isUntouched).toBe(true)
  })

  it('names the dead member that blocks it, and adds nothing', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(3), fakeMember(4, { isRunning: false })])
    const before = cluster.summary()
    const host = new FakeHost(cluster, 2)
    const failure = await failureOf(join(host))
    expect(failure.code).toBe('try-later')
    expect(failure.message).toMatch(/^no member is added while etcd-4 is not healthy: etcd at .* does not answer$/)
    expect(failure.hint).toBe('start its etcd, or take it out: signet member remove etcd-4')
    expect(cluster.summary()).toEqual(before)
    expect(host.isUntouched).toBe(true)
  })

  it('promotes at the new Raft leader when the old one goes down just then', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(3), fakeMember(4)])
    const [old] = cluster.members
    const host = new FakeHost(cluster, 2)
    const waits: string[] = []
    const delays: number[] = []
    const listener: StepListener = {
      ...silentListener,
      started: ({ id }) => {
        if (id === 'promote' && old !== undefined) old.isRunning = false
      },
      waiting: (reason) => waits.push(reason),
    }
    const time = {
      now: host.time.now,
      delay: async (ms: number) => {
        delays.push(ms)
        // It comes back after a while; until then not every member can verify the new one.
        if (old !== undefined && host.progress?.done.includes('promote') === true) old.isRunning = true
        await host.time.delay(ms)
      },
    }
    const receipt = await applyJoin(host.plan(), { ...host.world(), time, listener })
    expect(receipt.voters).toBe(4)
    expect(receipt.advice).toBe('4 members tolerate no more than 3: add one more')
    expect(waits).toEqual([])
    expect(delays.length).toBeGreaterThan(0)
  })

  it('undoes everything when it is interrupted before the promotion', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    const abort = new AbortController()
    const listener: StepListener = {
      ...silentListener,
      finished: ({ id }) => {
        if (id === 'start-etcd') abort.abort()
      },
    }
    const failure = await failureOf(applyJoin(host.plan(), { ...host.world(), listener, signal: abort.signal }))
    expect(failure.code).toBe('try-later')
    expect(failure.message).toBe('the run was interrupted: what it had begun is undone')
    expect(host.cluster.summary()).toEqual([twoVoters[0]])
    expect(host.isUntouched).toBe(true)
  })

  it('lets two hosts that join at once both in, one after the other', async () => {
    const cluster = new FakeCluster()
    const hosts = [new FakeHost(cluster, 2), new FakeHost(cluster, 3)]
    const receipts = await Promise.all(hosts.map((host) => join(host)))
    expect(cluster.members.map(({ name }) => name).toSorted()).toEqual(['etcd-1', 'etcd-2', 'etcd-3'])
    expect(cluster.members.every(({ isLearner }) => !isLearner)).toBe(true)
    expect(receipts.map(({ voters }) => voters).toSorted()).toEqual([2, 3])
  })

  it('tells to try again when another host stays a learner, and leaves that learner alone', async () => {
    const stuck = fakeMember(9, { isLearner: true, isRunning: false, name: '' })
    const host = new FakeHost(new FakeCluster([fakeMember(1), stuck]), 2)
    const failure = await failureOf(join(host))
    expect(failure.code).toBe('try-later')
    expect(failure.message).toContain('the unstarted member 9 at https://192.0.2.9:2380 is joining')
    expect(failure.hint).toContain('signet member remove 9')
    expect(host.cluster.members).toContain(stuck)
    expect(host.isUntouched).toBe(true)
  })

  it('adds a new learner where that of the interrupted run was taken out meanwhile', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    await killAt(host, 'member.isRunning')
    host.cluster.members = host.cluster.members.slice(0, 1)
    host.isRunning = false
    await join(host)
    expectJoined(host)
  })

  it('adds a new learner where the data of the interrupted run is gone', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    await killAt(host, 'member.isRunning')
    const lost = host.dataOf
    Object.assign(host, { dataOf: undefined, isRunning: false })
    await join(host)
    expectJoined(host)
    expect(host.dataOf).not.toBe(lost)
  })

  it('goes on where the host died between promotion and success, and two voters need each other', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    await killAt(host, 'cluster.promote')
    host.isRunning = false
    for (const member of host.cluster.members.slice(1)) member.isRunning = false
    expect(host.cluster.raftLeader).toBeUndefined()
    await join(host)
    expectJoined(host)
  })
})

describe('a run killed by SIGKILL and run again', () => {
  it('ends as one that was never killed, whichever call it was killed at', async () => {
    const killedAt = await walk('kill', async (host, fault) => {
      await Promise.race([join(host, fault), fault.strikes])
      if (fault.struck !== undefined && host.progress?.isFinished !== true) await join(host)
      expectJoined(host)
    })
    expect(killedAt).toEqual(expect.arrayContaining(['signer.fetchCa', 'cluster.addLearner', 'cluster.promote']))
  })

  it('ends so, too, after a second kill', async () => {
    for (let call = 1; call < 60; call += 7) {
      await walk('kill', async (host, fault) => {
        await Promise.race([join(host, fault), fault.strikes])
        const second = new Fault({ call, when: 'after', how: 'kill' })
        if (host.progress?.isFinished !== true) await Promise.race([join(host, second), second.strikes])
        if (host.progress?.isFinished !== true) await join(host)
        expectJoined(host)
      })
    }
  })
})

describe('a host that is switched off in the middle, and whose etcd systemd starts at the boot', () => {
  it('finishes when the run is made again', async () => {
    await walk('kill', async (host, fault) => {
      await Promise.race([join(host, fault).then(() => {}), fault.strikes])
      host.boot()
      if (host.progress?.isFinished !== true) await join(host)
      expectJoined(host)
    })
  })

  it('keeps nothing of that etcd when the run that is made again fails', async () => {
    const host = new FakeHost(new FakeCluster(), 2)
    await killAt(host, 'member.writeConfiguration')
    host.boot()
    expect(host).toMatchObject({ isRunning: true, progress: { started: expect.not.arrayContaining(['start-etcd']) } })
    host.inboundPeers = []
    expect(await failureOf(join(host))).toMatchObject({ code: 'unavailable' })
    expect(host.isUntouched).toBe(true)
  })
})

describe('a run in which one call fails', () => {
  it('either succeeds all the same or, before the promotion, leaves host and cluster as they were', async () => {
    await walk('fail-once', async (host, fault) => {
      const error = await join(host, fault).then(() => undefined, asSignetError)
      if (error === undefined) return expectJoined(host)
      expect(error.message).toContain(`${fault.struck} was struck`)
      if (host.cluster.members.length === 1) return expect(host.isUntouched).toBe(true)
      expect(host.cluster.members[1]?.isLearner).toBe(false)
      expect(error.message).toContain('etcd-2 votes already')
      expect(error.hint).toContain('run it again with the same arguments')
      if (host.progress?.isFinished !== true) await join(host)
      expectJoined(host)
    })
  })

  it('can be run again to the end after all calls had failed from one on', async () => {
    await walk('fail-on', async (host, fault) => {
      const error = await join(host, fault).then(() => undefined, asSignetError)
      if (error !== undefined && host.progress?.isFinished !== true) await join(host)
      expectJoined(host)
    })
  })
})

/** Runs the body with a fault at the first call, the second, and so on to the last; returns which calls were struck. */
async function walk(how: FaultSettings['how'], body: (host: FakeHost, fault: Fault) => Promise<void>) {
  const struck: string[] = []
  for (const when of ['before', 'after'] as const) {
    for (let call = 1; ; call += 1) {
      const host = new FakeHost(new FakeCluster(), 2)
      const fault = new Fault({ call, when, how })
      try {
        await body(host, fault)
      } catch (error) {
        throw new Error(`${how} ${when} call ${call}, ${fault.struck}`, { cause: error })
      }
      if (fault.struck === undefined) break
      struck.push(fault.struck)
    }
  }
  return struck
}

/** Kills a run after the first call of this name. */
async function killAt(host: FakeHost, name: string): Promise<void> {
  for (let call = 1; ; call += 1) {
    const probe = new FakeHost(new FakeCluster(), 2)
    const fault = new Fault({ call, when: 'after', how: 'kill' })
    await Promise.race([join(probe, fault), fault.strikes])
    if (fault.struck !== name) continue
    const real = new Fault({ call, when: 'after', how: 'kill' })
    return Promise.race([join(host, real).then(() => {}), real.strikes])
  }
}

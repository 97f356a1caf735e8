import { setImmediate } from 'node:timers/promises'
import type { ClusterOperations } from '../../../src/cluster/cluster-operations.ts'
import type { ClusterView, MemberView } from '../../../src/cluster/cluster-view.ts'
import { SignetError } from '../../../src/core/signet-error.ts'
import type { Alarm } from '../../../src/etcd/alarm.ts'
import type { Member } from '../../../src/etcd/member.ts'
import type { MemberStatus } from '../../../src/etcd/member-status.ts'

/** A member of the model; what a test may bend. */
export interface FakeMember {
  id: bigint
  name: string
  peerUrl: string
  clientUrl: string
  isLearner: boolean
  isRunning: boolean
  version: string
  raftIndex: bigint
}

/** A member `index` that votes and runs, at 192.0.2.<index>. */
export function fakeMember(index: number, change: Partial<FakeMember> = {}): FakeMember {
  return {
    id: BigInt(index),
    name: `etcd-${index}`,
    peerUrl: `https://192.0.2.${index}:2380`,
    clientUrl: `https://192.0.2.${index}:2379`,
    isLearner: false,
    isRunning: true,
    version: '3.5.30',
    raftIndex: 1000n,
    ...change,
  }
}

/** A naive etcd cluster in memory: every change takes effect at once, on all members. The first voter leads. */
export class FakeCluster {
  members: FakeMember[]
  raftIndex = 1000n
  alarms: readonly Alarm[] = []
  writes = 0
  #nextId = 100n

  constructor(members: readonly FakeMember[] = [fakeMember(1)]) {
    this.members = [...members]
  }

  get raftLeader(): FakeMember | undefined {
    const voters = this.members.filter(({ isLearner }) => !isLearner)
    const running = voters.filter(({ isRunning }) => isRunning)
    return running.length * 2 > voters.length ? running[0] : undefined
  }

  /** Starts a member with this `--initial-cluster`, as etcd would: without data it must be exactly the present list. */
  start(member: FakeMember, own: { readonly name: string; readonly clientUrl: string }, initialCluster?: string): void {
    if (initialCluster !== undefined) {
      const expected = this.members.map(({ name, peerUrl, id }) => `${id === member.id ? own.name : name}=${peerUrl}`)
      if (expected.toSorted().join() !== initialCluster.split(',').toSorted().join()) {
        throw new Error(`member count is unequal: ${initialCluster} against ${expected.join()}`)
      }
    }
    Object.assign(member, own, { isRunning: true })
  }

  /** Members as a test compares them: without what differs from one run to the next. */
  summary(): readonly string[] {
    return this.members.map(
      ({ name, peerUrl, clientUrl, isLearner, isRunning }) =>
        `${name} ${peerUrl} ${clientUrl} ${isLearner ? 'learner' : 'voter'} ${isRunning ? 'up' : 'down'}`,
    )
  }

  operations(): ClusterOperations {
    return {
      readView: async () => this.#view(),
      listMembers: async () => this.#list(),
      listMembersAt: async (url) => {
        this.#at(url)
        return this.members.map(toMember)
      },
      readStatus: async (url) => this.#status(this.#at(url)),
      addLearner: async (peerUrl) => this.#add(peerUrl),
      promote: async (id, raftLeaderUrl) => this.#promote(id, raftLeaderUrl),
      remove: async (id) => this.#remove(id),
      moveRaftLeader: async () => {},
      putAt: async (url) => {
        await setImmediate()
        this.#at(url)
        this.#demandQuorum()
        this.writes += 1
        this.raftIndex += 1n
      },
      deleteKey: async () => {},
      close: () => {},
    }
  }

  #view(): ClusterView {
    return { members: this.#list().map((member) => this.#viewOf(member)) }
  }

  #viewOf(member: Member): MemberView {
    const own = this.members.find(({ id }) => id === member.id)
    if (own?.isRunning === true && own.name !== '') return { member, status: this.#status(own) }
    return { member, failure: new SignetError('unavailable', `etcd at ${member.clientUrls.join()} does not answer`) }
  }

  #list(): readonly Member[] {
    this.#demandQuorum()
    return this.members.map(toMember)
  }

  #status(member: FakeMember): MemberStatus {
    // Half of what is missing comes with each look.
    const missing = this.raftIndex - member.raftIndex
    member.raftIndex += missing < 2n ? missing : missing / 2n
    return {
      clusterId: 1n,
      memberId: member.id,
      version: member.version,
      dbSizeBytes: 20_480,
      raftLeader: this.raftLeader?.id ?? 0n,
      raftIndex: member.raftIndex,
      raftTerm: 2n,
      isLearner: member.isLearner,
      alarms: this.alarms,
      errors: [],
    }
  }

  #add(peerUrl: string): { added: Member; members: readonly Member[] } {
    this.#demandQuorum()
    if (this.members.some((member) => member.peerUrl === peerUrl)) throw new SignetError('refused', 'peer URL exists')
    if (this.members.some(({ isLearner }) => isLearner)) throw new SignetError('try-later', 'too many learners')
    if (this.members.some(({ isRunning }) => !isRunning)) throw new SignetError('try-later', 'unhealthy cluster')
    const id = this.#nextId++
    const unstarted = { isLearner: true, isRunning: false, name: '', clientUrl: '', raftIndex: 0n }
    const added = fakeMember(0, { ...unstarted, id, peerUrl })
    this.members.push(added)
    return { added: toMember(added), members: this.members.map(toMember) }
  }

  #promote(id: bigint, raftLeaderUrl: string): void {
    this.#demandQuorum()
    if (raftLeaderUrl !== this.raftLeader?.clientUrl) throw new SignetError('try-later', 'not leader')
    const member = this.members.find((one) => one.id === id)
    if (member === undefined) throw new SignetError('refused', 'member not found')
    if (!member.isLearner) throw new SignetError('refused', 'can only promote a learner')
    // Raft's rule broken is a fault of whoever promotes: the model must never see it.
    if (!member.isRunning || member.name === '') throw new Error('promoted before it had started')
    if (member.raftIndex + 100n < this.raftIndex) throw new SignetError('try-later', 'not in sync')
    member.isLearner = false
  }

  #remove(id: bigint): void {
    this.#demandQuorum()
    if (!this.members.some((member) => member.id === id)) throw new SignetError('refused', 'member not found')
    this.members = this.members.filter((member) => member.id !== id)
  }

  #at(url: string): FakeMember {
    const member = this.members.find(({ clientUrl, isRunning }) => isRunning && clientUrl === url)
    if (member === undefined) throw new SignetError('unavailable', `etcd at ${url} cannot be reached`)
    return member
  }

  #demandQuorum(): void {
    if (this.raftLeader === undefined) throw new SignetError('try-later', 'no quorum')
  }
}

function toMember({ id, name, peerUrl, clientUrl, isLearner }: FakeMember): Member {
  const isStarted = name !== ''
  return { id, name, peerUrls: [peerUrl], clientUrls: isStarted ? [clientUrl] : [], isLearner, isStarted }
}

import { asSignetError, SignetError } from '../core/signet-error.ts'
import type { EtcdClient } from '../etcd/etcd-client.ts'
import { listMembers } from '../etcd/list-members.ts'
import type { Member } from '../etcd/member.ts'
import { type MemberStatus, readMemberStatus } from '../etcd/member-status.ts'
import { joinFailures } from '../etcd/rpc/translate-failure.ts'
import type { ClusterView, MemberView } from './cluster-view.ts'

export interface ReadClusterOptions {
  /** False also answers while there is no quorum, from one member's memory. Default true. */
  readonly linearizable?: boolean
  /** How long each member may take to answer, milliseconds; a function is asked at each question. */
  readonly statusTimeoutMs?: number | (() => number)
  /** Ask all endpoints at once who the members are, and take the first answer: those that hang hold up nothing. */
  readonly asksAllAtOnce?: boolean
}

/** The members, as a quorum sees them, and the status of each, asked at its own client URL, all at once. */
export async function readCluster(client: EtcdClient, options: ReadClusterOptions = {}): Promise<ClusterView> {
  const { linearizable = true, statusTimeoutMs = 2000, asksAllAtOnce = false } = options
  const members = await (asksAllAtOnce
    ? listMembersAtOnce(client, linearizable)
    : listMembers(client, { linearizable }))
  const limit = typeof statusTimeoutMs === 'number' ? () => statusTimeoutMs : statusTimeoutMs
  const ask = (url: string): Promise<MemberStatus> => readMemberStatus(client, url, limit())
  return { members: await Promise.all(members.map((member) => viewMember(member, ask))) }
}

/** The first answer of all endpoints: whoever waits for each in turn has waited too long where two of three hang. */
export async function listMembersAtOnce(client: EtcdClient, linearizable: boolean): Promise<readonly Member[]> {
  const answers = client.endpoints.map((endpoint) => listMembers(client, { linearizable, endpoint }))
  return Promise.any(answers).catch((failed: AggregateError) => {
    throw joinFailures(failed.errors.map(asSignetError))
  })
}

async function viewMember(member: Member, ask: (url: string) => Promise<MemberStatus>): Promise<MemberView> {
  let failure = new SignetError('unavailable', 'it has not started yet')
  for (const url of member.clientUrls) {
    try {
      const status = await ask(url)
      if (status.memberId === member.id) return { member, status }
      failure = new SignetError('unavailable', `another member answers at ${url}`)
    } catch (error) {
      failure = asSignetError(error)
    }
  }
  return { member, failure }
}

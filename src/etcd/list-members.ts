import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { CallOptions, EtcdClient } from './etcd-client.ts'
import { parseMemberUrl } from './member-url.ts'
import { Cluster, type Member as WireMember } from './rpc_pb.ts'

/** A member of the cluster as etcd lists it, once every text in it has passed our grammar. */
export interface Member {
  readonly id: bigint
  /** Empty until the member has started for the first time. */
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly isLearner: boolean
  readonly isStarted: boolean
}

export interface ListOptions extends CallOptions {
  /** False answers from one member's own memory, also while there is no quorum. etcd 3.4 always does so. */
  readonly linearizable: boolean
}

/** The members of the cluster. Throws `configuration` where a name or URL does not fit our grammar. */
export async function listMembers(client: EtcdClient, options: ListOptions): Promise<readonly Member[]> {
  const { linearizable } = options
  const { members } = await client.call(
    Cluster,
    (cluster, deadline) => cluster.memberList({ linearizable }, deadline),
    options,
  )
  return members.map(parseMember)
}

// A name of etcd's list ends in a command line (--initial-cluster) and in terminals: nothing else than this may pass.
const namePattern = /^(?:etcd-)?[A-Za-z0-9](?:[A-Za-z0-9_-]{0,50}[A-Za-z0-9])?$/

/** A member from the wire. Throws `configuration`. */
export function parseMember(wire: WireMember): Member {
  const { ID: id, name, isLearner } = wire
  if (name !== '' && !namePattern.test(name)) {
    throw new SignetError('configuration', `etcd lists a member with the name ${quoteUntrusted(name)}`, {
      hint: 'give the member a name of A-Z a-z 0-9 - _, at most 52 long (--name), then restart it',
    })
  }
  const peerUrls = wire.peerURLs.map((url) => parseMemberUrl(url, id))
  const clientUrls = wire.clientURLs.map((url) => parseMemberUrl(url, id))
  return { id, name, peerUrls, clientUrls, isLearner, isStarted: name !== '' }
}

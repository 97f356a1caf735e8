import { maxListedMembers } from '../core/member-name.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import type { CallOptions, EtcdClient } from './etcd-client.ts'
import type { Member, UnreadableText } from './member.ts'
import { isEtcdUrl } from './member-url.ts'
import { Cluster, type Member as WireMember } from './rpc/rpc_pb.ts'

export interface ListOptions extends CallOptions {
  /** False answers from one member's own memory, also while there is no quorum. etcd 3.4 always does so. */
  readonly linearizable: boolean
}

const maxUrls = 8

/** The members of the cluster. */
export async function listMembers(client: EtcdClient, options: ListOptions): Promise<readonly Member[]> {
  const { linearizable } = options
  const { members } = await client.call(
    Cluster,
    (cluster, deadline) => cluster.memberList({ linearizable }, deadline),
    options,
  )
  return parseMembers(members)
}

/** The members of an answer of etcd, the first 64 of them. */
export function parseMembers(wire: readonly WireMember[]): readonly Member[] {
  return wire.slice(0, maxListedMembers).map(parseMember)
}

// A name of etcd's list ends in a command line (--initial-cluster) and in terminals: nothing else than this may pass.
const namePattern = /^(?:etcd-)?[A-Za-z0-9](?:[A-Za-z0-9_-]{0,50}[A-Za-z0-9])?$/

/**
 * A member from the wire. What does not fit our grammar is left out and told of, not refused: whoever holds a client
 * certificate can add a member under any URL, and would otherwise take every other member's answer from everybody.
 */
function parseMember(wire: WireMember): Member {
  const { ID: id, isLearner, name } = wire
  const isStarted = name !== ''
  const isReadableName = !isStarted || namePattern.test(name)
  const peerUrls = wire.peerURLs.slice(0, maxUrls)
  const clientUrls = wire.clientURLs.slice(0, maxUrls)
  const most = Math.max(wire.peerURLs.length, wire.clientURLs.length)
  const unreadable: readonly UnreadableText[] = [
    ...(isReadableName ? [] : [quote('name', name)]),
    ...peerUrls.filter((url) => !isEtcdUrl(url)).map((url) => quote('peer URL', url)),
    ...clientUrls.filter((url) => !isEtcdUrl(url)).map((url) => quote('client URL', url)),
    ...(most > maxUrls || most === 0 ? [{ kind: 'number of URLs', quoted: `${most}` } as const] : []),
  ]
  return {
    id,
    name: isReadableName ? name : '',
    peerUrls: peerUrls.filter(isEtcdUrl),
    clientUrls: clientUrls.filter(isEtcdUrl),
    isLearner,
    isStarted,
    ...(unreadable.length > 0 && { unreadable }),
  }
}

function quote(kind: UnreadableText['kind'], text: string): UnreadableText {
  return { kind, quoted: quoteUntrusted(text) }
}

import { readFileSync } from 'node:fs'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { askPeer } from '../../etcd/ask-peer.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import { memberUrlAddress } from '../../etcd/member-url.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { formatClusterId } from '../../host/snapshots/snapshot-name.ts'
import type { HostWorld } from '../host-world.ts'
import type { FormerMember } from './stand-down-marker.ts'

/** What another member of the cluster is found to do. */
export interface MemberAnswer {
  readonly name: string
  /** `listens`: somebody has the port, and does not say which cluster. */
  readonly state: 'silent' | 'listens' | 'answers'
  /** In sixteen hexadecimal digits. */
  readonly clusterId: string | undefined
  /** Whether it has a quorum around it. */
  readonly knowsRaftLeader: boolean
}

const timeoutMs = 3000

/** Asks the other members, each at its client and its peer port, all at once. */
export function askFormerMembers(members: readonly FormerMember[], world: HostWorld): Promise<readonly MemberAnswer[]> {
  return Promise.all(members.map((member) => askOne(member, world)))
}

async function askOne({ name, clientUrls, peerUrls }: FormerMember, world: HostWorld): Promise<MemberAnswer> {
  const asked = [
    ...clientUrls.map((url) => askClientPort(url, world)),
    ...peerUrls.map((url) => askPeerPort(url, world)),
  ]
  const found = (await Promise.all(asked)).flatMap((answer) => answer ?? [])
  const best = found.toSorted((one, other) => weigh(other) - weigh(one))[0]
  return { name, state: 'silent', clusterId: undefined, knowsRaftLeader: false, ...best }
}

type Found = Omit<MemberAnswer, 'name'>

function weigh({ knowsRaftLeader, state }: Found): number {
  return knowsRaftLeader ? 2 : Number(state === 'answers')
}

async function askClientPort(url: string, { layout }: HostWorld): Promise<Found | undefined> {
  const client = connectWithPair(memberPaths(layout), { endpoints: [url], timeoutMs })
  try {
    const { clusterId, raftLeader } = await readMemberStatus(client, url)
    return { state: 'answers', clusterId: formatClusterId(clusterId), knowsRaftLeader: raftLeader !== 0n }
  } catch {
    // Who listens there is seen at the peer port, which etcd opens first.
    return undefined
  } finally {
    client.close()
  }
}

async function askPeerPort(url: string, { layout }: HostWorld): Promise<Found | undefined> {
  const { ca, certificate, key } = memberPaths(layout)
  const [caPem, cert, keyPem] = [ca, certificate, key].map((file) => readFileSync(file, 'utf8')) as [
    string,
    string,
    string,
  ]
  const answer = await askPeer(url, { ca: caPem, cert, key: keyPem }, timeoutMs)
  if (answer === undefined) return undefined
  const { clusterId } = answer
  return { state: clusterId === undefined ? 'listens' : 'answers', clusterId, knowsRaftLeader: false }
}

/** The addresses by which a member is known, each once. */
export function addressesOf({ peerUrls, clientUrls }: FormerMember): readonly string[] {
  return [...new Set([...peerUrls, ...clientUrls].flatMap((url) => memberUrlAddress(url) ?? []))]
}

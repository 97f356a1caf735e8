import { statSync } from 'node:fs'
import { join } from 'node:path'
import { connectWithPair } from '../../../cluster/connect-with-pair.ts'
import type { StepTime } from '../../../core/clock.ts'
import { formatHostPort } from '../../../core/ip-address.ts'
import { getKey } from '../../../etcd/key-value.ts'
import { type MemberStatus, readMemberStatus } from '../../../etcd/member-status.ts'
import { tellsRaftLeader } from '../../../etcd/tells-raft-leader.ts'
import { memberPaths } from '../../../host/pair-paths.ts'
import type { HostWorld } from '../../host-world.ts'
import { etcdService } from '../../member/default-member.ts'
import type { OwnEtcd } from '../own-etcd.ts'

/**
 * What this host's own etcd does: `well` with a quorum, `alone` without one, `mute` where it runs and answers no client, as etcd
 * does that was started without a quorum; `stopped`.
 */
export interface OwnMemberSeen {
  readonly state: 'well' | 'alone' | 'mute' | 'stopped'
  /** What it answered, where it did. */
  readonly status: MemberStatus | undefined
}

/** How long it is watched before that is believed, milliseconds. */
export interface WatchLimits {
  /** No Raft leader for so long is no election any more: one takes a second or two. */
  readonly aloneMs: number
  /** What an etcd may take to begin to answer, besides what the size of its database adds. */
  readonly startMs: number
}

export const usualLimits: WatchLimits = { aloneMs: 6000, startMs: 60_000 }

const pollMs = 300
const askTimeoutMs = 2000
/** Slower than any disk that etcd runs on reads its database. */
const slowestBytesPerMs = 10_000

/** How long an etcd may take until it answers, by the size of its database. Pure. */
export function slowestStartMs(bytes: number, { startMs }: Pick<WatchLimits, 'startMs'> = usualLimits): number {
  return startMs + bytes / slowestBytesPerMs
}

/** Who hears while it is watched, and how time passes. */
export interface WatchAudience {
  readonly limits: WatchLimits
  readonly time: StepTime
  readonly tell: (reason: string, leftMs: number) => void
}

/** Watches this host's etcd until it is clear whether it has a quorum. Ends within its limits. */
export async function watchOwnMember(own: OwnEtcd, world: HostWorld, audience: WatchAudience): Promise<OwnMemberSeen> {
  const { limits, time, tell } = audience
  const endsAtMs = time.now() + slowestStartMs(databaseBytes(own), limits)
  let looks: readonly TimedLook[] = []
  for (;;) {
    looks = [...looks, { ...(await look(world)), atMs: time.now() }]
    const seen = judgeLooks(looks, limits.aloneMs)
    if (seen !== undefined) return seen
    const leftMs = endsAtMs - time.now()
    if (leftMs <= 0) return { state: 'mute', status: undefined }
    tell(said[looks.at(-1)?.state ?? 'unclear'], leftMs)
    await time.delay(pollMs)
  }
}

type TimedLook = Look & { readonly atMs: number }

/**
 * What a member does by how it has looked until now; undefined while it must be watched on: one says for a second or two that it is
 * led by a member that is gone, and an election takes as long. Pure.
 * @internal
 */
export function judgeLooks(looks: readonly TimedLook[], aloneMs: number): OwnMemberSeen | undefined {
  const last = looks.at(-1)
  if (last === undefined || last.state === 'unclear') return undefined
  if (last.state === 'well' || last.state === 'stopped') return { state: last.state, status: last.status }
  const changed = looks.findLastIndex(({ state }) => quiet(state) !== quiet(last.state))
  const same = looks.slice(changed + 1)
  if (last.atMs - (same[0]?.atMs ?? last.atMs) < aloneMs) return undefined
  const status = same.findLast((one) => one.status !== undefined)?.status
  if (last.state === 'claims') return { state: 'well', status }
  return { state: status === undefined ? 'mute' : 'alone', status }
}

interface Look {
  /** `claims`: it knows a Raft leader, and gives no proof that a quorum is there. */
  readonly state: OwnMemberSeen['state'] | 'claims' | 'unclear'
  readonly status: MemberStatus | undefined
}

// A busy one answers some questions in time, and some not.
function quiet(state: Look['state']): Look['state'] {
  return state === 'mute' ? 'alone' : state
}

const said = {
  well: '',
  stopped: '',
  claims: 'it is seen whether it has a quorum still',
  alone: 'no Raft leader',
  mute: 'no Raft leader',
  unclear: 'etcd does not answer yet',
} as const

/** Whether it knows a Raft leader at this moment: after it was alone that is a quorum that came back. */
export async function isLedNow(world: HostWorld): Promise<boolean> {
  const { state } = await look(world)
  return state === 'well' || state === 'claims'
}

async function look(world: HostWorld): Promise<Look> {
  if (!(await world.systemd.isActive(etcdService))) return { state: 'stopped', status: undefined }
  const endpoint = ownEndpoint(world)
  const client = connectWithPair(memberPaths(world.layout), { endpoints: [endpoint], timeoutMs: askTimeoutMs })
  try {
    const status = await readMemberStatus(client, endpoint)
    if (status.raftLeader === 0n) return { state: 'alone', status }
    // A read that a quorum has to agree to.
    await getKey(client, 'signet/quorum', { endpoint })
    return { state: 'well', status }
  } catch {
    return { state: await readClaim(world), status: undefined }
  } finally {
    client.close()
  }
}

// It tells its metrics before it answers a client, which it never does without a quorum.
async function readClaim(world: HostWorld): Promise<Look['state']> {
  const known = await tellsRaftLeader(metricsUrl(world))
  if (known === undefined) return 'unclear'
  return known ? 'claims' : 'mute'
}

/** Where this host's etcd answers its own host. */
export function ownEndpoint({ etcdPorts }: Pick<HostWorld, 'etcdPorts'>): string {
  return `https://127.0.0.1:${etcdPorts.client}`
}

function metricsUrl({ etcdPorts }: HostWorld): string {
  return `http://${formatHostPort('127.0.0.1', etcdPorts.metrics)}`
}

/** The file that holds a member's database. */
export function databaseFile(dataDirectory: string): string {
  return join(dataDirectory, 'member/snap/db')
}

function databaseBytes({ dataDirectory }: OwnEtcd): number {
  return statSync(databaseFile(dataDirectory), { throwIfNoEntry: false })?.size ?? 0
}

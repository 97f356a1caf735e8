import { type ClusterView, isHealthy, type MemberView, memberLabel, raftLeaderOf } from '../../cluster/cluster-view.ts'
import { formatHostPort } from '../../core/ip-address.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { readAppliedIndex } from '../../etcd/applied-index.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { readInboundConnections } from '../../host/net/inbound-connections.ts'
import type { HostWorld } from '../host-world.ts'
import { findUnconnectedPeer } from '../join/peer-reachability.ts'
import { etcdService } from '../member/default-member.ts'
import { findReason } from './find-reason.ts'
import type { UseRun } from './use-run.ts'

// etcd reads its database at the start, and computes its hash to compare it with the others'.
export const slowestBytesPerMs = 10_000
const mostRestarts = 3
const pollMs = 100
const nearEntries = 100n
const readingsInARow = 2

/** Waits until this member runs this version and every member has it back; throws `unavailable` with the last lines of its log. */
export async function waitUntilBack(
  run: UseRun,
  version: EtcdVersion,
  pause: (ms: number) => Promise<void>,
): Promise<ClusterView> {
  const databaseBytes = Math.max(...run.facts.view.members.map(({ status }) => status?.dbSizeBytes ?? 0))
  const limitMs = run.startLimitMs + databaseBytes / slowestBytesPerMs
  const deadlineMs = run.time.now() + limitMs
  let inARow = 0
  for (;;) {
    const view = await run.cluster.readView().catch(asSignetError)
    const doubt = view instanceof SignetError ? view.message : await findDoubt(run, view, version)
    inARow = doubt === undefined ? inARow + 1 : 0
    if (inARow >= readingsInARow && !(view instanceof SignetError)) return view
    const end = await findEnd(run.host)
    if (end !== undefined) throw await notBack(run, version, end)
    if (run.time.now() >= deadlineMs)
      throw await notBack(run, version, `${doubt} after ${Math.round(limitMs / 1000)} s`)
    if (doubt !== undefined) run.listener.waiting(doubt, deadlineMs - run.time.now())
    await pause(pollMs)
  }
}

async function findDoubt(run: UseRun, view: ClusterView, version: EtcdVersion): Promise<string | undefined> {
  const { name } = run.facts
  const own = view.members.find(({ member }) => member.name === name)
  if (own?.status === undefined) return 'it does not answer yet'
  if (own.status.version !== formatVersion(version)) return `it still says that it is ${own.status.version}`
  const sick = view.members.find((member) => !isHealthy(member))
  if (sick !== undefined) return `${memberLabel(sick.member)} is not healthy yet`
  const raftLeader = raftLeaderOf(view)
  const other = view.members.find(({ status }) => status?.raftLeader !== raftLeader?.member.id)
  if (raftLeader === undefined || other !== undefined) return 'the members do not agree on a Raft leader yet'
  return (await findLag(run, raftLeader)) ?? findUnconnected(run, view, own)
}

async function findLag({ host }: UseRun, { status }: MemberView): Promise<string | undefined> {
  const applied = await readAppliedIndex(`http://${formatHostPort('127.0.0.1', host.etcdPorts.metrics)}`)
  const lag = (status?.raftIndex ?? 0n) - (applied ?? 0n)
  return lag > nearEntries ? `it lacks ${lag} entries` : undefined
}

async function findUnconnected(run: UseRun, view: ClusterView, own: MemberView): Promise<string | undefined> {
  const inbound = await readInboundConnections(run.host.etcdPorts.peer)
  const missing = findUnconnectedPeer(view, own.member.id, inbound)
  return missing && `${memberLabel(missing.member)} has no connection to its peer port yet`
}

/** Why waiting on is pointless; undefined while it is not. */
export async function findEnd(host: Pick<HostWorld, 'systemd'>): Promise<string | undefined> {
  if (!(await host.systemd.isActive(etcdService))) return 'it has ended'
  const restarts = await host.systemd.countRestarts(etcdService)
  return restarts >= mostRestarts ? `it has ended ${restarts} times` : undefined
}

async function notBack(run: UseRun, version: EtcdVersion, why: string): Promise<SignetError> {
  const { systemd } = run.host
  const lines = await systemd.readLastLines(etcdService, 40)
  const said = findReason(lines)
  const log = said === undefined ? '' : `; it said: ${said}`
  return new SignetError(
    'unavailable',
    `etcd ${formatVersion(version)} of ${run.facts.name} does not come up: ${why}${log}`,
    {
      hint: `read ${systemd.logOf(etcdService)}`,
    },
  )
}

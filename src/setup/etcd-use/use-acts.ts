import { join } from 'node:path'
import { isHealthy, isServingMember, memberLabel } from '../../cluster/cluster-view.ts'
import { readClusterVersion } from '../../cluster/read-cluster-version.ts'
import { readRaftLog } from '../../cluster/read-raft-log.ts'
import { formatBytes } from '../../core/byte-count.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/flags-by-version.ts'
import { formatVersion } from '../../etcd/kubeadm-minimum.ts'
import { passThroughRaft } from '../../etcd/pass-through-raft.ts'
import { snapshotFiles } from '../../etcd/raft-log/log-files.ts'
import { formatMinor, type MinorVersion, minorOf, parseMemberVersion } from '../../etcd/upgrade-rules.ts'
import { listDirectory } from '../../host/files/list-directory.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { etcdService } from '../member/default-member.ts'
import type { Act } from '../run/apply-plan.ts'
import { handOver } from './hand-over.ts'
import { waitUntilBack } from './member-back.ts'
import { runsTarget, type UseStepId, unreadableUpTo, votersBesides } from './plan-use.ts'
import { switchEtcd } from './switch-etcd.ts'
import { takeRaftSnapshot } from './take-raft-snapshot.ts'
import type { UseRun } from './use-run.ts'

// etcd's own default of 100,000 in 3.4 and 3.5, and some more.
const mostEntries = 120_000
// The Raft leader compares the members' versions every 4 s (monitorVersionInterval in server/etcdserver/server.go).
const raisedLimitMs = 20_000
const pollMs = 250

/** What each step of a move does, and how it is undone. */
export function useActs(run: UseRun): Readonly<Record<UseStepId, Act>> {
  const { systemd } = run.host
  return {
    'save-snapshot': { run: () => saveSnapshot(run) },
    'raft-snapshot': { run: () => passOldEntries(run) },
    'hand-over': { run: () => handOver(run) },
    switch: { run: () => switchEtcd(run.facts.target, run.host), undo: () => switchBack(run) },
    restart: { run: () => restart(run), undo: () => systemd.stop(etcdService) },
    verify: { run: () => verify(run) },
  }
}

/** Forbids going back where no older etcd would start, or where the cluster needs this member as it is. */
export async function refuseNoWayBack(run: UseRun): Promise<void> {
  const { previous, name } = run.facts
  if (!run.mayHaveBegun('restart') || previous.version === undefined) return
  const cluster = await readTakenUp(run)
  if (cluster !== undefined && minorOf(cluster) > minorOf(previous.version)) {
    const [taken, old] = [formatMinor(minorOf(cluster)), formatVersion(previous.version)]
    const what = `the cluster has taken up ${taken}, and etcd ${old} does not start on its data any more`
    throw new SignetError('unavailable', what)
  }
  // It may be another member's fault that this one is not back: with both away the quorum would be gone, too.
  const view = await run.cluster.readView().catch(() => undefined)
  const isUp = view?.members.some((member) => member.member.name === name && isServingMember(member)) === true
  const sick = view === undefined ? undefined : votersBesides({ view, name }).find((voter) => !isHealthy(voter))
  if (!isUp || sick === undefined) return
  throw new SignetError('unavailable', `${memberLabel(sick.member)} is not healthy, so that ${name} is not stopped now`)
}

// Once is enough, also for the run that goes on: it is of the time before the switch.
async function saveSnapshot(run: UseRun): Promise<void> {
  await run.note('previous', run.facts.previous.directory)
  await run.note('endpoints', run.facts.view.members.flatMap(({ member }) => member.clientUrls).join(','))
  if (run.progress.notes?.['snapshot'] !== undefined) return
  const { file } = await run.takeSnapshot((received, total) => {
    run.listener.waiting(`${formatBytes(received)} of ${formatBytes(total)}`)
  })
  await run.note('snapshot', file)
}

async function passOldEntries(run: UseRun): Promise<void> {
  const index = unreadableUpTo(run.facts)
  // Switched by an earlier run: it had seen to this.
  if (index === undefined || run.mayHaveBegun('switch')) return
  const { dataDirectory } = run.host.layout
  const own = run.facts.view.members.find(({ member }) => member.name === run.facts.name)?.member.clientUrls[0] ?? ''
  run.raftSnapshot = await takeRaftSnapshot(
    {
      pass: () => passThroughRaft(run.client, own),
      readSnapshotIndex: async () =>
        snapshotFiles(await listDirectory(join(dataDirectory, 'member/snap')))[0]?.index ?? 0,
      time: run.time,
      tell: (sent) => run.listener.waiting(`${sent} entries sent that change nothing`),
      refuseInterrupted: () => run.refuseInterrupted(),
    },
    { index, mostEntries },
  )
  // By the log itself: what a file's name says is not yet what etcd starts from.
  const left = unreadableUpTo({ target: run.facts.target, log: await readRaftLog(dataDirectory) })
  if (left === undefined) return
  throw new SignetError(
    'try-later',
    `the log of ${run.facts.name} has an entry at ${left} that the new etcd cannot read`,
    {
      hint: 'run it again with the same arguments',
    },
  )
}

async function restart(run: UseRun): Promise<void> {
  const { systemd } = run.host
  // The run that is continued had come so far.
  if (runsTarget(run.facts)) return
  run.startMeasuring(run.facts.view)
  await systemd.stop(etcdService)
  await systemd.launch(etcdService)
}

async function verify(run: UseRun): Promise<void> {
  const view = await waitUntilBack(run, run.facts.target.version, (ms) => run.pause(ms))
  const versions = view.members.flatMap(({ status }) => parseMemberVersion(status?.version ?? '') ?? [])
  const lowest = Math.min(...versions.map(minorOf))
  const deadlineMs = run.time.now() + raisedLimitMs
  let cluster = await readTakenUp(run)
  while ((cluster === undefined || minorOf(cluster) < lowest) && run.time.now() < deadlineMs) {
    run.listener.waiting(`the cluster takes up ${formatMinor(lowest)}`)
    await run.pause(pollMs)
    cluster = await readTakenUp(run)
  }
  await run.stopMeasuring()
  run.after = { view, cluster: formatMinor(cluster === undefined ? minorOf(run.facts.cluster) : minorOf(cluster)) }
}

async function switchBack(run: UseRun): Promise<void> {
  const { previous } = run.facts
  const version = requireVersion(previous.version)
  await switchEtcd({ directory: previous.directory, version }, run.host)
  if (!run.mayHaveBegun('restart')) return
  await run.host.systemd.launch(etcdService)
  // An interruption is why it goes back, perhaps: it must not end that too.
  await waitUntilBack(run, version, run.time.delay)
}

/** The version that the cluster has taken up, by the first member that tells it. */
async function readTakenUp(run: UseRun): Promise<MinorVersion | undefined> {
  const view = await run.cluster.readView().catch(() => undefined)
  const urls = view?.members.filter(isServingMember).flatMap(({ member }) => member.clientUrls.slice(0, 1)) ?? []
  const told = await Promise.all(
    urls.map((url) => readClusterVersion(url, memberPaths(run.host.layout)).catch(() => [])),
  )
  const known = told.flat()
  return known.toSorted((one, other) => minorOf(other) - minorOf(one))[0]
}

function requireVersion(version: EtcdVersion | undefined): EtcdVersion {
  if (version === undefined) throw new SignetError('internal', 'the binaries that ran before are gone')
  return version
}

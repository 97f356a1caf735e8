import { join } from 'node:path'
import { readRaftLog } from '../../cluster/read-raft-log.ts'
import { formatBytes } from '../../core/byte-count.ts'
import { SignetError } from '../../core/signet-error.ts'
import { passThroughRaft } from '../../etcd/pass-through-raft.ts'
import { snapshotFiles } from '../../etcd/raft-log/log-files.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatMinor, minorOf, parseMemberVersion } from '../../etcd/versions/upgrade-rules.ts'
import { listDirectory } from '../../host/files/list-directory.ts'
import { etcdService } from '../member/default-member.ts'
import type { Act } from '../run/apply-plan.ts'
import { handOver } from './hand-over.ts'
import { findEnd, waitUntilBack } from './member-back.ts'
import { runsTarget, type UseStepId, unreadableUpTo } from './plan-use.ts'
import { switchEtcd } from './switch-etcd.ts'
import { takeRaftSnapshot } from './take-raft-snapshot.ts'
import { leaveTurn } from './take-turn.ts'
import { readTakenUp, refuseTakenUp } from './taken-up.ts'
import type { UseRun } from './use-run.ts'

// etcd's own default of 100,000 in 3.4 and 3.5, and some more.
const mostEntries = 120_000
// The Raft leader compares the members' versions every 4 s (monitorVersionInterval in server/etcdserver/server.go).
const raisedLimitMs = 20_000
const pollMs = 250

/** What each step of a move does, and how it is undone. */
export function useActs(run: UseRun): Readonly<Record<UseStepId, Act>> {
  return {
    'save-snapshot': { run: () => saveSnapshot(run) },
    'raft-snapshot': { run: () => passOldEntries(run) },
    'hand-over': { run: () => handOver(run), undo: () => leaveTurn(run) },
    switch: { run: () => switchEtcd(run.facts.target, run.host), undo: () => switchBack(run) },
    restart: { run: () => restart(run), undo: () => stopToGoBack(run) },
    verify: { run: () => verify(run) },
  }
}

// Once is enough for the run that goes on after the switch: it is of the time before. One that was cut off earlier may be old.
async function saveSnapshot(run: UseRun): Promise<void> {
  await run.note('previous', run.facts.previous.directory)
  await run.note('endpoints', run.facts.view.members.flatMap(({ member }) => member.clientUrls).join(','))
  if (run.progress.notes?.['snapshot'] !== undefined && run.mayHaveBegun('switch')) return
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
    run.listener.waiting(`the cluster takes up ${formatMinor(lowest)}`, deadlineMs - run.time.now())
    await run.pause(pollMs)
    cluster = await readTakenUp(run)
  }
  await run.stopMeasuring()
  await leaveTurn(run)
  run.after = { view, cluster: formatMinor(cluster === undefined ? minorOf(run.facts.cluster) : minorOf(cluster)) }
}

// The cluster may have taken up the new version since that was asked. While this member is away no Raft leader raises it: it
// knows no version of it then (`decideClusterVersion`, server/etcdserver/cluster_util.go).
async function stopToGoBack(run: UseRun): Promise<void> {
  const { systemd } = run.host
  await systemd.stop(etcdService)
  try {
    await refuseTakenUp(run)
  } catch (error) {
    await systemd.launch(etcdService)
    throw error
  }
}

async function switchBack(run: UseRun): Promise<void> {
  const { previous } = run.facts
  const version = requireVersion(previous.version)
  await switchEtcd({ directory: previous.directory, version }, run.host)
  if (!run.mayHaveBegun('restart')) return
  await run.host.systemd.launch(etcdService)
  // An interruption is why it goes back, perhaps: it must not end that too.
  try {
    await waitUntilBack(run, version, run.time.delay)
  } catch (error) {
    if ((await findEnd(run.host)) !== undefined) await tryTargetAgain(run)
    throw error
  }
}

// The old one does not start either, as after the cluster took up the new version unseen: then the new one alone may.
async function tryTargetAgain({ host, facts }: UseRun): Promise<void> {
  await host.systemd.stop(etcdService)
  await switchEtcd(facts.target, host)
  await host.systemd.launch(etcdService)
}

function requireVersion(version: EtcdVersion | undefined): EtcdVersion {
  if (version === undefined) throw new SignetError('internal', 'the binaries that ran before are gone')
  return version
}

import { realpath } from 'node:fs/promises'
import { connectCluster } from '../../cluster/cluster-access.ts'
import { type ClusterView, isServingMember } from '../../cluster/cluster-view.ts'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { readCluster } from '../../cluster/read-cluster.ts'
import { readClusterVersion } from '../../cluster/read-cluster-version.ts'
import { type RaftLog, readRaftLog } from '../../cluster/read-raft-log.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdClient } from '../../etcd/etcd-client.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { parseMemberVersion, refusedV2Entries } from '../../etcd/versions/upgrade-rules.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { parseEtcdDirectory } from '../etcd-binaries/parse-etcd-directory.ts'
import { readEtcd } from '../etcd-binaries/read-etcd.ts'
import type { HostWorld } from '../host-world.ts'
import { hostAccess } from '../joins/signer-host.ts'
import { parseEtcdFlagsFile } from '../member/etcd-environment-file.ts'
import { fileProgress } from '../run/file-progress.ts'
import { formatArguments } from '../run/format-arguments.ts'
import type { RunProgress } from '../run/run-progress.ts'
import type { EtcdInPlace, UseFacts } from './plan-use.ts'

const timeoutMs = 5000

/** What was typed. */
export interface UseAnswers {
  readonly directory: string
  /** Where the snapshot goes; this host's own directory for snapshots where it is left out. */
  readonly snapshotTo?: string | undefined
}

/** Reads everything that decides whether this member may move to the binaries in a directory; changes nothing. */
export async function readUseFacts({ directory: typed, snapshotTo }: UseAnswers, world: HostWorld): Promise<UseFacts> {
  const { layout, files } = world
  const name = await readOwnName(world)
  const target = await readUsable(typed, world)
  const found = await fileProgress(layout.etcdUseProgress, files).load()
  const progress = found?.isFinished === true ? undefined : found
  const previous = await readPrevious(progress, world)
  const client = await connectUse(world, progress)
  try {
    const view = await readCluster(client)
    const own = view.members.find(({ member }) => member.name === name)
    if (own === undefined) throw notListed(name)
    return {
      arguments: formatArguments('etcd use', { 'snapshot-to': snapshotTo && quoteShell(snapshotTo) }, [
        target.directory,
      ]),
      progress,
      name,
      target,
      previous,
      running: parseMemberVersion(own.status?.version ?? ''),
      view,
      cluster: await readClusterVersion(servingUrl(view), memberPaths(layout)),
      // Once it is switched, an earlier run has seen to that; what a power cut leaves torn, etcd itself mends at its start.
      log: hasSwitched(progress)
        ? undefined
        : await readLog(target.version, Number(own.status?.raftIndex ?? 0n), world),
    }
  } finally {
    client.close()
  }
}

/** The cluster by all voters; those that an interrupted run knew, since this host's own etcd may be away. */
export async function connectUse(world: HostWorld, progress: RunProgress | undefined): Promise<EtcdClient> {
  const access = hostAccess(world)
  const remembered = progress?.notes?.['endpoints']
  if (remembered === undefined) return connectCluster(access)
  return connectWithPair(access.paths, { endpoints: [...remembered.split(','), ...access.endpoints], timeoutMs })
}

export async function readOwnName({ layout, files }: HostWorld): Promise<string> {
  const flags = parseEtcdFlagsFile((await files.read(layout.etcdFlags))?.text ?? '')
  const name = flags.find((flag) => flag.startsWith('--name='))?.slice('--name='.length)
  if (name !== undefined && name !== '') return name
  throw new SignetError('refused', 'this host is no member of a cluster that Signet made', {
    hint: 'run it on a member; see which there are, on one of them: signet member list',
  })
}

async function readUsable(typed: string, world: HostWorld): Promise<EtcdInPlace> {
  const { directory, version, problem } = await readEtcd({ directory: parseEtcdDirectory(typed), from: 'named' }, world)
  if (problem !== undefined) throw problem
  if (version === undefined) throw new SignetError('internal', 'an etcd without a problem has no version')
  return { directory, version }
}

async function readPrevious(progress: RunProgress | undefined, world: HostWorld): Promise<UseFacts['previous']> {
  const { layout, files } = world
  const linked = progress?.notes?.['previous'] ?? (await files.readLink(layout.etcdBinaries))
  if (linked === undefined) {
    throw new SignetError('configuration', `${layout.etcdBinaries} is no link to the etcd that this host runs`, {
      hint: `make it one: ln -sfn /usr/bin ${layout.etcdBinaries}`,
    })
  }
  const directory = await realpath(linked).catch(() => linked)
  const { version, problem } = await readEtcd({ directory, from: 'named' }, world)
  return { directory, version: problem === undefined ? version : undefined }
}

async function readLog(target: EtcdVersion, appliedIndex: number, { layout }: HostWorld): Promise<RaftLog | undefined> {
  if (refusedV2Entries(target) === 'none') return undefined
  const log = await readRaftLog(layout.dataDirectory)
  // What ends before the entries that this member told of is no log to judge by.
  if (log.lastIndex >= appliedIndex) return log
  throw new SignetError(
    'configuration',
    `the log in ${layout.dataDirectory} ends at ${log.lastIndex}, and etcd is at ${appliedIndex}`,
    {
      hint: 'see what etcd says of it: journalctl -u etcd -n 50',
    },
  )
}

/** Whether an interrupted run may have made another etcd the one that starts. */
export function hasSwitched(progress: RunProgress | undefined): boolean {
  return progress !== undefined && !progress.isFinished && progress.started.includes('switch')
}

function servingUrl(view: ClusterView): string {
  const url = view.members.find(isServingMember)?.member.clientUrls[0]
  if (url !== undefined) return url
  throw new SignetError('try-later', 'no member of the cluster serves', { hint: 'see why: signet member list' })
}

function notListed(name: string): SignetError {
  return new SignetError('configuration', `the cluster lists no member ${name}`, { hint: 'see: signet member list' })
}

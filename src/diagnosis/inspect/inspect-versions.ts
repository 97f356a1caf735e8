import { type RaftLog, readRaftLog } from '../../cluster/read-raft-log.ts'
import { parseEtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { minorOf, parseMemberVersion } from '../../etcd/versions/upgrade-rules.ts'
import { etcdProgram } from '../../host/programs/etcd-program.ts'
import type { HostPlaces } from './host-places.ts'
import type { InspectedCluster } from './inspect-cluster.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** Which versions of etcd the members run, and which starts next here. */
export interface InspectedVersions {
  readonly members: readonly string[]
  /** Undefined where there is none: masters have no etcd of their own. */
  readonly installed: string | undefined
  /** This member's own, where what starts next is newer than what runs; undefined where it was not read or cannot be. */
  readonly log?: RaftLog | undefined
}

type VersionWorld = Pick<InspectionWorld, 'run' | 'guardProgram'>

/** Asks the installed etcd; the members have told theirs. */
export async function inspectVersions(
  cluster: InspectedCluster | undefined,
  { etcdBinaries, dataDirectory, ...world }: VersionWorld & Pick<HostPlaces, 'etcdBinaries' | 'dataDirectory'>,
): Promise<InspectedVersions> {
  const views = cluster !== undefined && 'view' in cluster ? cluster.view.members : []
  const members = views.flatMap(({ status }) => (status === undefined ? [] : [status.version]))
  const installed = await readInstalledEtcd(world, etcdProgram({ etcdBinaries }, 'etcd'))
  const isRead = dataDirectory !== undefined && isStepUp(members, installed)
  const log = isRead ? await readRaftLog(dataDirectory).catch(() => undefined) : undefined
  return { members, installed, ...(log !== undefined && { log }) }
}

function isStepUp(members: readonly string[], installed: string | undefined): boolean {
  const next = parseMemberVersion(installed ?? '')
  const running = members.flatMap((text) => parseMemberVersion(text) ?? [])
  return next !== undefined && running.some((version) => minorOf(version) < minorOf(next))
}

async function readInstalledEtcd({ run, guardProgram }: VersionWorld, program: string): Promise<string | undefined> {
  try {
    // Looked at by root, who runs nothing that others could have put there.
    await guardProgram(program)
    const { major, minor, patch } = parseEtcdVersion(await run(program, ['--version'], timeoutMs))
    return `${major}.${minor}.${patch}`
  } catch {
    return undefined
  }
}

const timeoutMs = 10_000

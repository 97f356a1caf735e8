import { parseEtcdVersion } from '../../etcd/flags-by-version.ts'
import { etcdProgram } from '../../host/programs/etcd-program.ts'
import type { HostPlaces } from './host-places.ts'
import type { InspectedCluster } from './inspect-cluster.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** Which versions of etcd the members run, and which starts next here. */
export interface InspectedVersions {
  readonly members: readonly string[]
  /** Undefined where there is none: masters have no etcd of their own. */
  readonly installed: string | undefined
}

type VersionWorld = Pick<InspectionWorld, 'run' | 'guardProgram'>

/** Asks the installed etcd; the members have told theirs. */
export async function inspectVersions(
  cluster: InspectedCluster | undefined,
  { etcdBinaries, ...world }: VersionWorld & Pick<HostPlaces, 'etcdBinaries'>,
): Promise<InspectedVersions> {
  const views = cluster !== undefined && 'view' in cluster ? cluster.view.members : []
  const members = views.flatMap(({ status }) => (status === undefined ? [] : [status.version]))
  return { members, installed: await readInstalledEtcd(world, etcdProgram({ etcdBinaries }, 'etcd')) }
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

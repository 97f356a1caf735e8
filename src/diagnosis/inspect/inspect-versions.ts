import { parseEtcdVersion } from '../../etcd/flags-by-version.ts'
import type { InspectedCluster } from './inspect-cluster.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** Which versions of etcd the members run, and which is installed here. */
export interface InspectedVersions {
  readonly members: readonly string[]
  /** Undefined where there is none: masters have no etcd of their own. */
  readonly installed: string | undefined
}

/** Asks the installed etcd; the members have told theirs. */
export async function inspectVersions(
  cluster: InspectedCluster | undefined,
  { run }: Pick<InspectionWorld, 'run'>,
): Promise<InspectedVersions> {
  const views = cluster !== undefined && 'view' in cluster ? cluster.view.members : []
  const members = views.flatMap(({ status }) => (status === undefined ? [] : [status.version]))
  return { members, installed: await readInstalledEtcd(run) }
}

async function readInstalledEtcd(run: InspectionWorld['run']): Promise<string | undefined> {
  try {
    const { major, minor, patch } = parseEtcdVersion(await run('etcd', ['--version'], timeoutMs))
    return `${major}.${minor}.${patch}`
  } catch {
    return undefined
  }
}

const timeoutMs = 10_000

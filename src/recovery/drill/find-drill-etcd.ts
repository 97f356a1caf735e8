import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import { type EtcdVersion, parseEtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { isProgram } from '../../host/binaries/find-on-path.ts'
import type { DrillWorld } from './drill-world.ts'

/** The etcd that a drill starts. */
export interface DrillEtcd {
  readonly program: string
  readonly version: EtcdVersion
}

const timeoutMs = 10_000

/**
 * The etcd that this member runs; on a host that is none, another one that is here, ours first, and of those the newest. Throws
 * `configuration`, and `refused` where another account could exchange it.
 */
export async function findDrillEtcd({ layout, run, guardProgram }: DrillWorld): Promise<DrillEtcd> {
  const { etcdBinaries, ownEtcds, distributionEtcd, localEtcd } = layout
  const directories = [etcdBinaries, ...newestFirst(ownEtcds), distributionEtcd, localEtcd]
  const program = directories.map((directory) => join(directory, 'etcd')).find(isProgram)
  if (program === undefined) {
    throw new SignetError('configuration', 'there is no etcd on this host to try a snapshot with', {
      hint: 'apt install etcd-server etcd-client; or bring another: docs/OPERATIONS.md, "Which etcd a host runs"',
    })
  }
  await guardProgram(program)
  return { program, version: parseEtcdVersion(await run(program, ['--version'], timeoutMs)) }
}

function newestFirst(above: string): readonly string[] {
  try {
    const names = readdirSync(above).toSorted((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    return names.map((name) => join(above, name))
  } catch {
    return []
  }
}

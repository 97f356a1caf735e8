import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { isProgram } from '../../host/binaries/find-on-path.ts'
import type { RestoreWorld } from './restore-world.ts'

/** A program that restores snapshots. */
export interface RestoreTool {
  readonly program: string
  /** etcdctl restores too before 3.6, and never raises the revision. */
  readonly name: 'etcdutl' | 'etcdctl'
  /** As it tells it itself, `3.6.16`. */
  readonly version: string
  /** Whether it can raise the revision of what it restores (`--bump-revision`, `--mark-compacted`), by its own help. */
  readonly canBump: boolean
}

const timeoutMs = 10_000
const fromWhere =
  'install the package signet-etcd, whose etcdutl restores snapshots of 3.4 and 3.5 too: docs/OPERATIONS.md, "Which etcd a host runs"'

/**
 * What this host restores snapshots with: the etcdutl of the etcd that it runs, else another one that is here, the oldest
 * first, since that is nearest; else an etcdctl that still restores. Where it must raise revisions, the first of them that
 * can. Throws `configuration` where there is none, and `refused` where another account could exchange the only one.
 */
export async function findRestoreTool(
  world: RestoreWorld,
  { mustBump = false }: { readonly mustBump?: boolean } = {},
): Promise<RestoreTool> {
  const problems: SignetError[] = []
  for (const [name, program] of candidates(world.layout)) {
    const tool = await readTool(name, program, world).catch((error: unknown) => asSignetError(error))
    if (tool instanceof SignetError) problems.push(tool)
    else if (tool?.canBump === false && mustBump) problems.push(cannotBump(tool))
    else if (tool !== undefined) return tool
  }
  throw problems[0] ?? noTool()
}

function candidates({ etcdBinaries, ownEtcds, distributionEtcd, localEtcd }: RestoreWorld['layout']) {
  const others = [...listDirectories(ownEtcds), distributionEtcd, localEtcd]
  const utls = [etcdBinaries, ...others].map((directory) => ['etcdutl', join(directory, 'etcdutl')] as const)
  const ctls = [etcdBinaries, distributionEtcd].map((directory) => ['etcdctl', join(directory, 'etcdctl')] as const)
  return [...utls, ...ctls].filter(([, program]) => isProgram(program))
}

// 3.10 comes after 3.9.
function listDirectories(above: string): readonly string[] {
  try {
    const names = readdirSync(above).toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    return names.map((name) => join(above, name))
  } catch {
    return []
  }
}

/** Undefined where it does not restore. Whoever could exchange it would have root run theirs (CWE-426): `refused`. */
async function readTool(
  name: RestoreTool['name'],
  program: string,
  { run, guardProgram }: RestoreWorld,
): Promise<RestoreTool | undefined> {
  await guardProgram(program)
  const help = await run(program, ['snapshot', 'restore', '--help'], timeoutMs).catch(() => '')
  if (!help.includes('--initial-cluster-token')) return undefined
  const said = await run(program, ['version'], timeoutMs).catch(() => '')
  const version = /^etcd(?:ctl|utl) version: (\d{1,3}\.\d{1,3}\.\d{1,3})/m.exec(said)?.[1] ?? 'of no known version'
  return { program, name, version, canBump: help.includes('--bump-revision') && help.includes('--mark-compacted') }
}

function noTool(): SignetError {
  return new SignetError('configuration', 'there is no etcdutl on this host, and no etcdctl that restores snapshots', {
    hint: fromWhere,
  })
}

function cannotBump({ name, version }: RestoreTool): SignetError {
  const message = `${name} ${version} cannot raise the revision of what it restores, and there is no other on this host`
  return new SignetError('configuration', message, { hint: fromWhere })
}

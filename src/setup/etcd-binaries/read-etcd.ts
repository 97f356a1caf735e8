import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { type EtcdVersion, parseEtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { readElfMachine, readOwnMachine } from '../../host/binaries/elf-machine.ts'
import type { EtcdProgramName } from '../../host/programs/etcd-program.ts'
import type { HostWorld } from '../host-world.ts'
import type { EtcdPlace, FoundEtcd } from './found-etcd.ts'

/** What looking at binaries touches of a host. */
export type EtcdWorld = Pick<HostWorld, 'layout' | 'run' | 'guardProgram' | 'etcdPrograms' | 'findBarrier'>

const timeoutMs = 10_000

/**
 * An etcd as it is in a directory, and what is wrong with it. Whatever can be told without running it is told first: root runs
 * none that somebody else could have put there.
 */
export async function readEtcd(place: EtcdPlace, world: EtcdWorld): Promise<FoundEtcd> {
  let version: EtcdVersion | undefined
  try {
    await requireProgram(place, 'etcd', world)
    // None is run before all of them have been looked at.
    for (const name of present(place, world)) await requireProgram(place, name, world)
    version = parseEtcdVersion(await world.run(join(place.directory, 'etcd'), ['--version'], timeoutMs))
    for (const name of companions(version, world)) await requireCompanion(place, name, version, world)
    const directory = await realpath(place.directory)
    await requireReachable(directory, world)
    // What the directory names may lie elsewhere.
    await requireReachable(dirname(await realpath(join(directory, 'etcd'))), world)
    return { ...place, directory, version }
  } catch (error) {
    return { ...place, version, problem: asSignetError(error) }
  }
}

// etcdutl is a program of its own since 3.5 (CHANGELOG-3.5 of etcd).
function companions({ major, minor }: EtcdVersion, { etcdPrograms }: EtcdWorld) {
  const isThere = { etcdctl: true, etcdutl: major > 3 || minor >= 5 }
  return (['etcdctl', 'etcdutl'] as const).filter((name) => isThere[name] && etcdPrograms.includes(name))
}

function present({ directory }: EtcdPlace, { etcdPrograms }: EtcdWorld): readonly EtcdProgramName[] {
  return etcdPrograms.filter((name) => existsSync(join(directory, name)))
}

async function requireProgram(
  { directory }: EtcdPlace,
  name: EtcdProgramName,
  { guardProgram }: EtcdWorld,
): Promise<void> {
  const path = join(directory, name)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw notWhole(`there is no ${name} in ${quoteUntrusted(directory)}`)
  if (!found.isFile() || (found.mode & 0o111) === 0) throw notWhole(`${quoteUntrusted(path)} is no program`)
  // Whoever can write to the file, or exchange it by a directory above it, would have their program run by root: here at
  // once, for its version, and at each start of etcd with the key of this member in its hands (CWE-426, CWE-732).
  await guardProgram(path)
  await requireOwnMachine(path)
}

function notWhole(what: string): SignetError {
  return new SignetError('configuration', what, {
    hint: 'an etcd is a directory with etcd, etcdctl and, from 3.5 on, etcdutl: docs/OPERATIONS.md, "Which etcd a host runs"',
  })
}

async function requireCompanion(
  place: EtcdPlace,
  name: 'etcdctl' | 'etcdutl',
  version: EtcdVersion,
  world: EtcdWorld,
): Promise<void> {
  await requireProgram(place, name, world)
  const path = join(place.directory, name)
  const said = await world.run(path, ['version'], timeoutMs)
  const told = /^etcd(?:ctl|utl) version: (\d{1,3}\.\d{1,3}\.\d{1,3})/m.exec(said)?.[1]
  if (told === formatVersion(version)) return
  throw new SignetError(
    'configuration',
    `${quoteUntrusted(path)} is ${told ?? 'of no known version'}, and etcd beside it is ${formatVersion(version)}`,
    { hint: `bring both of one version; see: ${quoteShell(path)} version` },
  )
}

// Root sees it, and etcd.service, which others start at some boot, would not.
async function requireReachable(directory: string, { layout, findBarrier }: EtcdWorld): Promise<void> {
  const hidden = layout.hiddenFromEtcd.find((above) => `${directory}/`.startsWith(`${above}/`))
  if (hidden !== undefined) {
    throw new SignetError('configuration', `etcd.service does not see what is below ${hidden}`, {
      hint: 'put the etcd elsewhere, such as into /opt, and name that: --etcd=/opt/etcd-3.6.16',
    })
  }
  const barrier = await findBarrier('etcd', [directory])
  if (barrier === undefined) return
  throw new SignetError('configuration', `the account etcd cannot pass the directory ${barrier}`, {
    hint: `let it through: chmod a+x ${quoteShell(barrier)}; then run the same command again`,
  })
}

async function requireOwnMachine(path: string): Promise<void> {
  const [machine, own] = [await readElfMachine(path), await readOwnMachine()]
  if (machine === undefined || own === undefined || machine === own) return
  throw new SignetError('configuration', `${quoteUntrusted(path)} is for ${machine}, and this host is ${own}`, {
    hint: `bring the etcd for ${own}`,
  })
}

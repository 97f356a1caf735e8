import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import { listOwnEtcds } from '../etcd-binaries/find-etcds.ts'
import type { HostWorld } from '../host-world.ts'

export const etcdService = 'etcd.service'

const askTimeoutMs = 10_000
const defaultUrl = 'http://127.0.0.1:2379'

/** Whose etcd runs on this host: `default` is the untouched one that the distribution's package has started. */
export type RunningEtcdKind = 'none' | 'default' | 'ours'

type ServiceWorld = Pick<HostWorld, 'layout' | 'systemd' | 'run' | 'files' | 'guardProgram'>

/** Finds out whose etcd runs here. Throws `configuration` where it is neither ours nor untouched. */
export async function readRunningEtcd(world: ServiceWorld): Promise<RunningEtcdKind> {
  if (!(await world.systemd.isActive(etcdService))) return 'none'
  if (await hasDropIn(world)) return 'ours'
  if (await isUntouched(world)) return 'default'
  throw new SignetError('configuration', 'an etcd that is in use runs on this host', {
    hint: `if it is not needed: systemctl disable --now ${etcdService}; its data stays where it is`,
  })
}

/** Whether etcd.service is this member's: a link to the package's drop-in, or what stays of it without the package. */
export async function hasDropIn({ layout, files }: Pick<HostWorld, 'layout' | 'files'>): Promise<boolean> {
  return (await files.readLink(layout.etcdDropIn)) !== undefined || (await files.read(layout.etcdDropIn)) !== undefined
}

// Nothing was ever written (the first revision is 1, and each write makes another) and nobody has joined it.
async function isUntouched({ run, layout, guardProgram }: ServiceWorld): Promise<boolean> {
  // Any version can ask this; of the distribution's packages one may be there without the other.
  const program = [layout.distributionEtcd, ...listOwnEtcds(layout)]
    .map((directory) => join(directory, 'etcdctl'))
    .find((path) => existsSync(path))
  if (program === undefined) return false
  const etcdctl = async (...args: readonly string[]): Promise<string> =>
    run(program, [`--endpoints=${defaultUrl}`, '--command-timeout=5s', ...args], askTimeoutMs)
  try {
    await guardProgram(program)
    const answer = await etcdctl('get', '--prefix', '', '--limit=1', '--write-out=json')
    const members = (await etcdctl('member', 'list')).trim().split('\n')
    return /"revision":1[,}]/.test(answer) && members.length === 1
  } catch {
    return false
  }
}

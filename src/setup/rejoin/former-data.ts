import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { formatEtcdFlagsFile, parseEtcdFlagsFile } from '../member/etcd-environment-file.ts'
import type { MemberWorld } from '../member/member-world.ts'
import type { OwnMember } from '../member/own-member.ts'
import { systemdMember } from '../member/systemd-member.ts'
import { type DataPlace, renameSynced } from '../recover/move-aside.ts'
import { withFlags } from '../recover/own-etcd.ts'

/** What etcd was started with before. */
function keptFlagsFile({ layout }: Pick<HostWorld, 'layout'>): string {
  return join(layout.setupDirectory, 'rejoin-etcd.env')
}

/** Where a member is, and whether it had data when the run began: then only what came after those may be removed. */
export interface FormerPlace {
  readonly own: OwnMember
  readonly data: DataPlace
  readonly hadData: () => boolean
}

/**
 * This host's etcd, for a member that it was before: of its flags only the members change, and its data of before, which stand
 * beside, are never touched.
 */
export function formerMember(world: HostWorld, { own, data, hadData }: FormerPlace): MemberWorld {
  return {
    ...systemdMember(world, { own, state: 'existing' }),
    writeConfiguration: (initialCluster) => writeInitialCluster(initialCluster, world),
    removeConfiguration: () => restoreFlags(world),
    hasData: async () => existsSync(data.live),
    removeData: async () => {
      if (hadData() && !existsSync(data.aside)) {
        throw new SignetError('internal', `${data.live} holds the data of before, which are never removed`)
      }
      await discard(data.live, world)
    },
  }
}

/** Forgets what etcd was started with before, once that is of no use any more. */
export function forgetFlags(world: HostWorld): Promise<void> {
  return world.files.remove(keptFlagsFile(world))
}

async function writeInitialCluster(initialCluster: string, world: HostWorld): Promise<void> {
  const { layout, files } = world
  const before = (await files.read(layout.etcdFlags))?.text ?? ''
  // Written once: run again after an interruption, they would be those of the first run.
  if ((await files.read(keptFlagsFile(world))) === undefined) {
    await files.makeDirectory(layout.setupDirectory, { mode: 0o700 })
    await files.write(keptFlagsFile(world), before, { mode: 0o600 })
  }
  const changed = { 'initial-cluster': initialCluster, 'initial-cluster-state': 'existing' }
  const flags = withFlags(parseEtcdFlagsFile(before), changed)
  await files.write(layout.etcdFlags, formatEtcdFlagsFile(flags), { mode: 0o644 })
}

async function restoreFlags(world: HostWorld): Promise<void> {
  const { layout, files } = world
  const before = await files.read(keptFlagsFile(world))
  if (before === undefined) return
  await files.write(layout.etcdFlags, before.text, { mode: 0o644 })
  await files.remove(keptFlagsFile(world))
}

// In one step out of etcd's sight: a removal that is cut off must not leave half a store under the name of a whole one.
async function discard(live: string, { files }: HostWorld): Promise<void> {
  const doomed = `${live}.undone`
  if (existsSync(live)) {
    await files.removeTree(doomed)
    await renameSynced(live, doomed)
  }
  await files.removeTree(doomed)
}

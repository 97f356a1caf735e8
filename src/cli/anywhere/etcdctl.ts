import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { askEndpoints } from '../../client/ask/ask-endpoints.ts'
import { planLayout } from '../../client/client-layout.ts'
import { type ClientWorld, systemClientWorld } from '../../client/client-world.ts'
import { readState, savedSigner } from '../../client/saved-state.ts'
import { findAccess } from '../../cluster/cluster-access.ts'
import { type EtcdctlAccess, readEtcdctlArguments } from '../../cluster/etcdctl-arguments.ts'
import { findEtcdctl } from '../../host/binaries/find-etcdctl.ts'
import { hostLayout } from '../../host/host-layout.ts'
import { etcdProgram } from '../../host/programs/etcd-program.ts'
import { runInteractively } from '../../host/programs/run-interactively.ts'
import { type CommandStreams, warnOn } from '../command-streams.ts'

/** Where etcdctl's certificate and endpoints come from, as typed. */
export interface EtcdctlPlace {
  readonly sandbox?: string
  /** The directory that `request` was given. */
  readonly dir?: string
}

/** Runs etcdctl with this host's certificate and the endpoints of all members; returns its exit status. */
export async function runEtcdctl(
  args: readonly string[],
  place: EtcdctlPlace,
  streams: CommandStreams,
): Promise<number> {
  const access = await findEtcdctlAccess(place, systemClientWorld(warnOn(streams), { isReadOnly: true }))
  return runInteractively(await chooseEtcdctl(place), await readEtcdctlArguments(args, access))
}

// A sandbox may run an etcd without etcdctl: there PATH decides, of whoever started it.
async function chooseEtcdctl({ sandbox }: EtcdctlPlace): Promise<string> {
  const { env, geteuid } = process
  if (sandbox === undefined) return findEtcdctl({ ...hostLayout(), path: env['PATH'], ownUid: geteuid?.() ?? 0 })
  const own = etcdProgram({ etcdBinaries: join(sandbox, 'etcd-bin') }, 'etcdctl')
  return existsSync(own) ? own : 'etcdctl'
}

/** The files and endpoints of a sandbox, of this host's member, or else of what `request` has left here. */
async function findEtcdctlAccess({ sandbox, dir }: EtcdctlPlace, world: ClientWorld): Promise<EtcdctlAccess> {
  if (dir === undefined) {
    const member = findAccess(sandbox)
    if (sandbox !== undefined || existsSync(member.paths.key)) return member
  }
  const state = await readState(planLayout(dir).stateFile, world)
  const { paths, endpoints } = state
  return { endpoints, areRemembered: true, paths, askPeers: () => askEndpoints(savedSigner(state), world) }
}

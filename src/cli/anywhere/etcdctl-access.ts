import { existsSync } from 'node:fs'
import { planLayout } from '../../client/client-layout.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { readEndpoints } from '../../client/plan-request.ts'
import { readState, savedSigner } from '../../client/saved-state.ts'
import { type ClusterAccess, findAccess } from '../../cluster/cluster-access.ts'

/** Where etcdctl's certificate and endpoints come from, as typed. */
export interface EtcdctlPlace {
  readonly sandbox?: string
  /** The directory that `request` was given. */
  readonly dir?: string
}

export interface EtcdctlAccess extends ClusterAccess {
  /** Asks the signer for the members, where none of the endpoints answers. Undefined where it cannot tell. */
  readonly askPeers?: () => Promise<readonly string[] | undefined>
}

/** The files and endpoints of a sandbox, of this host's member, or else of what `request` has left here. */
export async function findEtcdctlAccess({ sandbox, dir }: EtcdctlPlace, ports: ClientWorld): Promise<EtcdctlAccess> {
  if (dir === undefined) {
    const member = findAccess(sandbox)
    if (sandbox !== undefined || existsSync(member.paths.key)) return member
  }
  const state = await readState(planLayout(dir).stateFile, ports)
  const { paths, endpoints } = state
  const askPeers = () => readEndpoints(savedSigner(state), ports)
  return { endpoints, areRemembered: true, paths, askPeers }
}

import { readState } from '../../client/saved-state.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readEtcd } from '../etcd-binaries/read-etcd.ts'
import type { HostWorld } from '../host-world.ts'
import type { OwnMember } from '../member/own-member.ts'
import { type OwnEtcd, readOwnEtcd } from '../recover/own-etcd.ts'

/** The member that this host was, as the one that it is to be again. */
export interface FormerSelf {
  readonly own: OwnMember
  readonly etcd: OwnEtcd
}

const usualQuotaBytes = 8 * 1024 ** 3

/** Reads which member this host is, from what its etcd is started with. Throws `refused` where it is none. */
export async function readFormerSelf(world: HostWorld): Promise<FormerSelf> {
  const { layout, files, ownUid } = world
  const etcd = await readOwnEtcd(world)
  const { name, clientUrl, peerUrls, flags } = etcd
  const { address } = await readState(layout.renewal, { files, ownUid })
  const [peerUrl] = peerUrls
  if (peerUrl === undefined || address === undefined) {
    throw new SignetError('refused', 'this host is no member of a cluster that Signet made', {
      hint: 'a new host joins: signet join --signer-ip=IP',
    })
  }
  const directory = (await files.readLink(layout.etcdBinaries)) ?? layout.distributionEtcd
  const found = await readEtcd({ directory, from: 'named' }, world)
  if (found.problem !== undefined) throw found.problem
  if (found.version === undefined) throw new SignetError('internal', 'an etcd without a problem has no version')
  const quota = flags.find((flag) => flag.startsWith('--quota-backend-bytes='))?.split('=')[1]
  const binaries = { directory: found.directory, from: found.from }
  const quotaBackendBytes = Number(quota ?? usualQuotaBytes)
  return {
    own: { name, address, peerUrl, clientUrl, etcdVersion: found.version, etcd: binaries, quotaBackendBytes },
    etcd,
  }
}

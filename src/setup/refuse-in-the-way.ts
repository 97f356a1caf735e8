import { existsSync } from 'node:fs'
import { SignetError } from '../core/signet-error.ts'
import type { HostWorld } from './host-world.ts'
import { readRunningEtcd } from './member/default-member.ts'
import { foreignFile } from './run/foreign-file.ts'
import type { RunProgress } from './run/run-progress.ts'

/**
 * Refuses a host that was set up already, an etcd that is in use, and what another life of this host has left: that is
 * not ours to overwrite, nor to remove when the run fails. Changes nothing.
 */
export async function refuseInTheWay(
  world: HostWorld,
  progress: RunProgress | undefined,
  alsoInTheWay: readonly string[] = [],
): Promise<void> {
  if (progress?.isFinished === true) {
    throw new SignetError('refused', 'this host was set up before', {
      hint: 'see: signet member list; on the signer also, for the pin: signet status',
    })
  }
  await readRunningEtcd(world)
  if (progress !== undefined) return
  const { memberKey, memberCertificate, renewal, standDown } = world.layout
  const found = [memberKey, memberCertificate, renewal, standDown, ...alsoInTheWay].find((path) => existsSync(path))
  if (found !== undefined) throw foreignFile(found)
}

import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import { installMaster, installServer } from './install-packages.ts'
import type { ServedCluster } from './lost-quorum.ts'

export interface OwnClusterOptions {
  readonly count: number
  /** What is put on each host before it is set up. */
  readonly prepare?: (host: Host) => void
  /** Of init and join. */
  readonly options?: string
}

const limit = { timeoutSeconds: 300 }

/** A cluster of a scenario alone, whose first member is the signer, and a master of it. */
export async function foundOwnCluster(
  lab: Laboratory,
  { count, prepare, options = '' }: OwnClusterOptions,
): Promise<ServedCluster> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const booting = numbers.map((number) => lab.install(`etcd-5${number}`, `192.0.2.5${number}`))
  const master = await lab.install('kubemaster-9', '192.0.2.59')
  const members = await Promise.all(booting)
  await Promise.all([...members.map(installServer), installMaster(master)])
  for (const host of members) prepare?.(host)
  await Promise.all(members.map((host) => host.sync()))
  const [signer, ...others] = members
  if (signer === undefined) throw new Error('a cluster has a member')
  await signer.run(`signet init ${options}`, limit)
  for (const host of others) await host.run(`signet join --signer-ip=${signer.address} ${options}`, limit)
  await master.run(`signet request --signer-ip=${signer.address}`)
  return { members, master }
}

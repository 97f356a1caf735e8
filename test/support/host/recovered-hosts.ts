import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SignetError } from '../../../src/core/signet-error.ts'
import { removeMember } from '../../../src/etcd/change-membership.ts'
import { putKey } from '../../../src/etcd/key-value.ts'
import { listMembers } from '../../../src/etcd/list-members.ts'
import { readMemberStatus } from '../../../src/etcd/member-status.ts'
import { waitUntil } from '../../../src/host/wait-until.ts'
import { takeSnapshot } from '../../../src/recovery/take-snapshot.ts'
import type { SandboxHost } from '../../../src/sandbox/sandbox-host.ts'
import { parseEtcdFlagsFile } from '../../../src/setup/member/etcd-environment-file.ts'
import { type FormerMember, type StandDownMarker, writeMarker } from '../../../src/setup/recover/stand-down-marker.ts'
import { restoreSnapshot } from '../etcd/restore-snapshot.ts'
import { clientUrlOf, EtcdHosts } from './etcd-hosts.ts'

const etcdUnit = 'etcd.service'

/** Of a host that has saved none. */
export const noSnapshots = { membersLastSeen: async () => [] }

/** Three hosts of which the first was recovered, by etcd's own tools, into a cluster of one; the etcd of the others is stopped. */
export class RecoveredHosts {
  readonly all: EtcdHosts
  formerClusterId = ''
  clusterId = ''

  private constructor(all: EtcdHosts) {
    this.all = all
  }

  static async create(etcd: string, restorer: string, network: number): Promise<RecoveredHosts> {
    const recovered = new RecoveredHosts(await EtcdHosts.found(etcd, 3, network))
    await recovered.#loseQuorum(restorer)
    return recovered
  }

  get first(): SandboxHost {
    return this.all.at(0)
  }

  /** What answers at a host's own client URL. */
  async clusterIdOf(host: SandboxHost): Promise<string> {
    const client = this.all.connect([host])
    const { clusterId } = await readMemberStatus(client, clientUrlOf(host))
    return clusterId.toString(16).padStart(16, '0')
  }

  /** As `recover --stand-down` leaves a host whose etcd is stopped. */
  standDown({ name, world }: SandboxHost): Promise<void> {
    const marker: StandDownMarker = {
      version: 1,
      state: 'stood-down',
      time: new Date().toISOString(),
      name,
      clusterId: this.formerClusterId,
      memberId: null,
      kept: null,
      members: this.all.hosts.map(formerMemberOf),
      clients: [],
      masterLeases: [],
    }
    return writeMarker(marker, world)
  }

  /** Takes a host that has rejoined out of the cluster again, and stops its etcd. */
  async takeOut(host: SandboxHost): Promise<void> {
    const client = this.all.connect([this.first])
    const found = (await listMembers(client, { linearizable: true })).find(({ name }) => name === host.name)
    // While both vote: without one of the two there is no quorum. etcd wants them to have been connected for five seconds.
    const remove = (id: bigint): Promise<boolean> =>
      removeMember(client, id).then(
        () => true,
        () => false,
      )
    const failure = (): SignetError => new SignetError('unavailable', 'it is not taken out')
    if (found !== undefined) await waitUntil(() => remove(found.id), { timeoutMs: 30_000, failure })
    await host.units.stop(etcdUnit)
  }

  async #loseQuorum(restorer: string): Promise<void> {
    const { first, all } = this
    await putKey(all.connect(), 'kept', 'yes')
    this.formerClusterId = await this.clusterIdOf(first)
    const { file } = await takeSnapshot(first.world, { to: all.directory })
    for (const { units } of all.hosts) await units.stop(etcdUnit)
    const { dataDirectory, etcdFlags } = first.world.layout
    renameSync(dataDirectory, `${dataDirectory}.before`)
    const flags = parseEtcdFlagsFile(readFileSync(etcdFlags, 'utf8'))
    const advertisePeerUrls = [
      flags.find((flag) => flag.startsWith('--initial-advertise-peer-urls='))?.split('=')[1] ?? '',
    ]
    const settings = {
      name: first.name,
      dataDir: dataDirectory,
      advertisePeerUrls,
      initialCluster: `${first.name}=${advertisePeerUrls[0]}`,
      initialClusterToken: 'recovered',
    }
    restoreSnapshot(restorer, file, settings)
    await first.units.launch(etcdUnit)
    const id = (): Promise<string | undefined> => this.clusterIdOf(first).catch(() => undefined)
    this.clusterId = await waitUntil(id, {
      timeoutMs: 20_000,
      failure: () => new SignetError('unavailable', 'not recovered'),
    })
  }
}

function formerMemberOf({ name, world }: SandboxHost): FormerMember {
  const flags = readFileSync(world.layout.etcdFlags, 'utf8')
  const urls = (flag: string): string[] => [new RegExp(`--${flag}=([^ "]*)`).exec(flags)?.[1] ?? '']
  return { name, id: null, peerUrls: urls('initial-advertise-peer-urls'), clientUrls: urls('advertise-client-urls') }
}

/** What a member that has stood down has on its disk, to be put back. */
export class FormerState {
  readonly #host: SandboxHost
  #kept: readonly (readonly [string, string])[] = []

  constructor(host: SandboxHost) {
    this.#host = host
  }

  async keep(): Promise<this> {
    const { etcdFlags, standDown } = this.#host.world.layout
    this.#kept = [etcdFlags, standDown].map((file) => [file, readFileSync(file, 'utf8')] as const)
    return this
  }

  async restore(): Promise<void> {
    const { dataDirectory, setupDirectory } = this.#host.world.layout
    const above = dirname(dataDirectory)
    const aside = readdirSync(above).find((name) => name.startsWith('signet.before-')) ?? ''
    rmSync(dataDirectory, { recursive: true })
    renameSync(join(above, aside), dataDirectory)
    rmSync(join(setupDirectory, 'rejoin.json'))
    for (const [file, text] of this.#kept) writeFileSync(file, text)
  }
}

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deleteKey, putKey } from '../../../src/etcd/key-value.ts'
import { readMemberStatus } from '../../../src/etcd/member-status.ts'
import { Maintenance } from '../../../src/etcd/rpc/rpc_pb.ts'
import { runProgram } from '../../../src/host/programs/run-program.ts'
import { type ActState, readSnapshotState } from '../../../src/host/snapshots/snapshot-state.ts'
import type { DrillReceipt } from '../../../src/recovery/drill/drill-receipt.ts'
import { drillSnapshot } from '../../../src/recovery/drill/drill-snapshot.ts'
import type { DrillWorld } from '../../../src/recovery/drill/drill-world.ts'
import { readDrillPlan } from '../../../src/recovery/drill/read-drill-plan.ts'
import type { SnapshotReceipt } from '../../../src/recovery/snapshot-receipt.ts'
import { takeSnapshot } from '../../../src/recovery/take-snapshot.ts'
import { otherAccount } from '../host/other-account.ts'
import { EtcdCluster, type RunningEtcd } from './etcd-server.ts'
import type { EtcdBinary } from './find-etcd.ts'
import { RecoveryHost } from './recovery-host.ts'
import { RestoreHost } from './restore-tools.ts'

// More than a drill reads at once.
const keys = 520

/** A member with some keys, those that were overwritten and deleted too. */
export class DrilledMember {
  readonly keys = keys
  readonly #etcd: EtcdBinary
  readonly #cluster: EtcdCluster
  readonly #member: RunningEtcd

  private constructor(etcd: EtcdBinary, cluster: EtcdCluster, member: RunningEtcd) {
    this.#etcd = etcd
    this.#cluster = cluster
    this.#member = member
  }

  static async start(etcd: EtcdBinary): Promise<DrilledMember> {
    const cluster = new EtcdCluster(etcd)
    const member = await cluster.startFirst()
    const client = cluster.connect([member.clientUrl])
    await Promise.all(Array.from({ length: keys }, (_, key) => putKey(client, `key-${key}`, `value ${key}`)))
    await putKey(client, 'key-7', 'another value')
    await putKey(client, 'gone', 'soon')
    await deleteKey(client, 'gone')
    return new DrilledMember(etcd, cluster, member)
  }

  /** Has etcd hold something against its own data, for as long as the work lasts; the numbers are those of AlarmType. */
  async alarmed(alarm: number, work: () => Promise<void>): Promise<void> {
    const client = this.#cluster.connect([this.#member.clientUrl])
    const { memberId: memberID } = await readMemberStatus(client, this.#member.clientUrl)
    const set = (action: number) =>
      client.call(Maintenance, (maintenance, deadline) => maintenance.alarm({ action, memberID, alarm }, deadline))
    await set(1)
    await work().finally(() => set(2))
  }

  /** A host of its own, with a snapshot that was taken just now. */
  async openHost(): Promise<{ readonly host: DrillHost; readonly saved: SnapshotReceipt }> {
    const host = new DrillHost(this.#etcd, this.#cluster, this.#member)
    return { host, saved: await takeSnapshot(host.world) }
  }

  /** Has what is older than a revision forgotten, as kube-apiserver does every five minutes. */
  compact(revision: number): void {
    const { caFile, certFile, keyFile } = this.#cluster.clientFiles
    const access = [
      `--endpoints=${this.#member.clientUrl}`,
      `--cacert=${caFile}`,
      `--cert=${certFile}`,
      `--key=${keyFile}`,
    ]
    execFileSync(join(dirname(this.#etcd.path), 'etcdctl'), [...access, 'compact', `${revision}`])
  }

  stop(): Promise<void> {
    return this.#cluster.stop()
  }
}

/** Changes a snapshot's sidecar, as nobody could who has not the member's key. */
export function rewriteSidecar(file: string, change: Partial<SnapshotReceipt>): void {
  const beside = file.replace(/\.db$/, '.json')
  const { signature: _, ...told } = JSON.parse(readFileSync(beside, 'utf8'))
  writeFileSync(beside, JSON.stringify({ ...told, ...change }))
}

/** A member's host on which snapshots are tried. */
export class DrillHost extends RecoveryHost {
  readonly programs: RestoreHost
  readonly drillWorld: DrillWorld

  constructor(etcd: EtcdBinary, cluster: EtcdCluster, member: Pick<RunningEtcd, 'clientUrl' | 'metricsUrl'>) {
    super(cluster, member)
    this.programs = new RestoreHost(etcd)
    const { etcdBinaries } = this.programs.layout
    const isRoot = process.geteuid?.() === 0
    this.drillWorld = {
      ...this.world,
      layout: { ...this.world.layout, etcdBinaries },
      run: runProgram,
      guardProgram: async () => {},
      searchPath: process.env['PATH'],
      readOwner: async () => (isRoot ? otherAccount : undefined),
    }
  }

  /** Tries the newest snapshot, or another one. */
  async drill(file?: string, say: (line: string) => void = () => {}): Promise<DrillReceipt> {
    return drillSnapshot(await readDrillPlan({ file }, this.drillWorld), { say }, this.drillWorld)
  }

  /** What is kept of how drills went. */
  async state(): Promise<ActState | undefined> {
    return (await readSnapshotState(this.world.layout, this.world.files)).drill
  }

  /** What a drill has left, its own empty directory left out. */
  get left(): readonly string[] {
    const place = join(this.world.layout.snapshots, '.drill')
    return existsSync(place) ? readdirSync(place) : []
  }

  /** Processes that stand in a drill's directory. */
  get processes(): readonly string[] {
    const place = join(this.world.layout.snapshots, '.drill')
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && placeOf(pid).startsWith(place))
  }

  /** The account that the drill's etcd has. */
  uidOf(pid: string): number {
    return Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  }

  override remove(): void {
    this.programs.remove()
    super.remove()
  }
}

function placeOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

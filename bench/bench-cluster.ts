import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { runRecover } from '../src/cli/host/recover.ts'
import { SignetError } from '../src/core/signet-error.ts'
import { connectEtcd, type EtcdClient, type EtcdCredential } from '../src/etcd/etcd-client.ts'
import { runProgram } from '../src/host/programs/run-program.ts'
import { findRestoreTool } from '../src/recovery/restore/find-restore-tool.ts'
import { restoreSnapshot } from '../src/recovery/restore/restore-snapshot.ts'
import { findOwnProgram } from '../src/sandbox/own-program.ts'
import { RunningSandbox } from '../src/sandbox/running-sandbox.ts'
import { prepareDirectory, type SandboxDirectory } from '../src/sandbox/sandbox-directory.ts'
import { findSandboxEtcd } from '../src/sandbox/sandbox-etcd.ts'
import type { SandboxHost } from '../src/sandbox/sandbox-host.ts'
import { readEtcdChoice } from '../src/setup/etcd-binaries/read-etcd-choice.ts'
import type { JoinReceipt } from '../src/setup/join/join-receipt.ts'
import { parseEtcdFlagsFile } from '../src/setup/member/etcd-environment-file.ts'
import { ensureMemberKey, obtainOwnCertificate } from '../src/setup/member/own-certificate.ts'
import { type OwnMember, planMemberPlace, planOwnMember } from '../src/setup/member/own-member.ts'
import { systemdMember } from '../src/setup/member/systemd-member.ts'
import { waitUntilServing } from '../src/setup/member/wait-until-serving.ts'
import { measureOwn, type ProcessCost } from './measure-process.ts'

const runFile = promisify(execFile)
const addLimitMs = 30_000
const addPauseMs = 100
const etcdService = 'etcd.service'

/** What one more member took. */
export interface Growth {
  /** From the command to a voting member in sync. */
  readonly commandToVoteMs: number
  /** Of that, waits that etcd itself demands. */
  readonly etcdWaitMs: number
  readonly steps: JoinReceipt['steps']
}

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

/** A host that is to be a member in some other way than by `signet join`. */
interface PreparedHost {
  readonly host: SandboxHost
  readonly own: OwnMember
}

/** A cluster of the sandbox in a temporary directory: real etcd with TLS on loopback, and a signer for its joins. */
export class BenchCluster {
  readonly #directory: SandboxDirectory
  readonly #sandbox: RunningSandbox
  readonly #clientUrls: string[]

  private constructor(directory: SandboxDirectory, sandbox: RunningSandbox) {
    this.#directory = directory
    this.#sandbox = sandbox
    this.#clientUrls = sandbox.members.map(({ own }) => own.clientUrl)
  }

  static async start(): Promise<BenchCluster> {
    const directory = await prepareDirectory(undefined)
    // Also when it is interrupted: a gibibyte must not stay behind.
    process.once('exit', directory.leave)
    const sandbox = new RunningSandbox({
      layout: directory.layout,
      options: { directory: undefined, members: 1, clientLifetime: '24h', networks: ['127.0.0.0/8'] },
      program: findOwnProgram(undefined),
      etcd: findSandboxEtcd(undefined, process.env['PATH']),
      say: () => {},
      display: { write: () => {}, isTerminal: false },
    })
    try {
      await sandbox.start()
      return new BenchCluster(directory, sandbox)
    } catch (error) {
      await sandbox.stop()
      directory.leave()
      throw error
    }
  }

  /** Where it is, as `signet --sandbox` wants it. */
  get directory(): string {
    return this.#directory.layout.directory
  }

  /** Client URLs of the voting members. */
  get clientUrls(): readonly string[] {
    return this.#clientUrls
  }

  get credential(): EtcdCredential {
    const { ca, certificate, key } = this.#adminFiles
    const [caPem, certPem, keyPem] = [ca, certificate, key].map((file) => readFileSync(file, 'utf8')) as [
      string,
      string,
      string,
    ]
    return { caPem, certPem, keyPem }
  }

  connect(timeoutMs: number): EtcdClient {
    return connectEtcd({ endpoints: this.#clientUrls, timeoutMs, ...this.credential })
  }

  /** Grows by one with `signet join`, everything it does included. */
  async join(): Promise<Growth> {
    const host = await this.#sandbox.addHost()
    const startedAtMs = performance.now()
    const { own, receipt } = await this.#sandbox.join(host)
    const totalMs = performance.now() - startedAtMs
    this.#clientUrls.push(own.clientUrl)
    const afterPromotion = receipt.steps.slice(receipt.steps.findIndex(({ id }) => id === 'promote') + 1)
    const afterMs = afterPromotion.reduce((sum, { durationMs }) => sum + durationMs, 0)
    return { commandToVoteMs: totalMs - afterMs, etcdWaitMs: receipt.etcdWaitMs, steps: receipt.steps }
  }

  /** Grows by one as the manual says: `etcdctl member add`, then etcd, this much later. */
  async addVoter(lateMs: number): Promise<Growth> {
    // Its certificate is there beforehand: only the membership change is measured.
    const prepared = await this.#prepareHost()
    const startedAtMs = performance.now()
    const { initialCluster, refusedMs } = await this.#memberAdd(prepared.own)
    await delay(lateMs)
    await startMember(prepared, { state: 'existing', initialCluster })
    this.#clientUrls.push(prepared.own.clientUrl)
    return { commandToVoteMs: performance.now() - startedAtMs, etcdWaitMs: refusedMs, steps: [] }
  }

  /** Saves the database, so that `restore` can give it to another cluster. */
  async saveDatabase(file: string): Promise<void> {
    await runEtcdctl([...this.#access, 'snapshot', 'save', file])
  }

  /** What `etcdctl` is called with to save the database. */
  plainSave(file: string): readonly string[] {
    return [...this.#access, 'snapshot', 'save', file]
  }

  /** Restores a snapshot into a directory that goes again at once; with what the etcd of this cluster brings for that. */
  async restoreBeside(file: string, dataDirectory: string): Promise<ProcessCost> {
    const { world } = this.#first.host
    // A sandbox runs no other program than etcd.
    const tool = await findRestoreTool({ ...world, run: runProgram })
    const peerUrls = ['https://127.0.0.1:2380']
    const order = { tool, file, dataDirectory, memberName: 'bench', peerUrls, initialCluster: { bench: peerUrls } }
    const beganMs = performance.now()
    const bump = tool.canBump ? ({ by: 1_000_000_000n, markCompacted: true } as const) : undefined
    await restoreSnapshot({ ...order, token: 'bench', bump }, world)
    const seconds = (performance.now() - beganMs) / 1000
    rmSync(dataDirectory, { recursive: true })
    return { seconds, peakBytes: Number.NaN }
  }

  /**
   * The newest member is gone for good: the first one stands down, and recovers from the snapshot of that moment. Without raised
   * revisions where no tool here raises them, which is no work.
   */
  async recover(): Promise<{ readonly standDown: ProcessCost; readonly recover: ProcessCost }> {
    const [gone] = this.#sandbox.members.slice(-1)
    if (gone === undefined) throw new SignetError('internal', 'the cluster has no member')
    await gone.host.units.stop(etcdService)
    const world = { ...this.#first.host.world, run: runProgram }
    const streams = { stdout: silent(), stderr: silent() }
    const { canBump } = await findRestoreTool(world)
    const without = canBump ? {} : ({ withoutBump: true } as const)
    const { name } = gone.own
    return {
      standDown: await measureOwn(() => runRecover({ standDown: true }, streams, world)),
      recover: await measureOwn(() =>
        runRecover({ gone: [name], fenced: [name], yes: true, ...without }, streams, world),
      ),
    }
  }

  /** Replaces the database of the only member. Its log is empty then: who joins is sent the database, as after long use. */
  async restoreDatabase(file: string): Promise<void> {
    const { host, own } = this.#first
    const { layout } = host.world
    await host.units.stop(etcdService)
    rmSync(layout.dataDirectory, { recursive: true })
    const flags = parseEtcdFlagsFile(readFileSync(layout.etcdFlags, 'utf8'))
    const token = flags.filter((flag) => flag.startsWith('--initial-cluster-token='))
    const cluster = [`--name=${own.name}`, `--initial-cluster=${own.name}=${own.peerUrl}`, ...token]
    const peers = [`--initial-advertise-peer-urls=${own.peerUrl}`]
    await runEtcdctl(['snapshot', 'restore', file, `--data-dir=${layout.dataDirectory}`, ...cluster, ...peers])
    await host.units.launch(etcdService)
    await waitUntilServing(host.world, own, host.units.logOf(etcdService))
  }

  /** Starts an etcd that is a cluster of its own: what one more process does to this machine, without any join. */
  async startStranger(): Promise<Growth> {
    const prepared = await this.#prepareHost()
    const { name, peerUrl } = prepared.own
    const startedAtMs = performance.now()
    await startMember(prepared, { state: 'new', initialCluster: `${name}=${peerUrl}` })
    return { commandToVoteMs: performance.now() - startedAtMs, etcdWaitMs: 0, steps: [] }
  }

  /** Copies a file to the disk of the members, and makes it durable as etcd does with a database that it is sent. */
  async writeBeside(file: string): Promise<Growth> {
    const copy = join(this.#directory.layout.directory, 'copy')
    const startedAtMs = performance.now()
    const handle = await open(copy, 'w')
    try {
      await pipeline(createReadStream(file, { highWaterMark: 1024 ** 2 }), createWriteStream(copy))
      await handle.sync()
    } finally {
      await handle.close()
    }
    rmSync(copy)
    return { commandToVoteMs: performance.now() - startedAtMs, etcdWaitMs: 0, steps: [] }
  }

  async stop(): Promise<void> {
    await this.#sandbox.stop()
    process.off('exit', this.#directory.leave)
    this.#directory.leave()
  }

  get #first() {
    const [first] = this.#sandbox.members
    if (first === undefined) throw new SignetError('internal', 'the cluster has no member')
    return first
  }

  get #adminFiles() {
    const { caCertificate: ca, memberCertificate: certificate, memberKey: key } = this.#first.host.world.layout
    return { ca, certificate, key }
  }

  // With a certificate, straight from the authority of the first host.
  async #prepareHost(): Promise<PreparedHost> {
    const { world: signer } = this.#first.host
    const host = await this.#sandbox.addHost()
    const { etcd } = await readEtcdChoice(host.world, { progress: undefined })
    const own = planOwnMember(
      planMemberPlace(host.world, { name: host.name, address: host.address, quota: '2GiB' }),
      etcd,
    )
    const { layout, files } = host.world
    await files.makeDirectory(layout.pki, { mode: 0o755 })
    await files.write(layout.caCertificate, readFileSync(signer.layout.caCertificate, 'utf8'), { mode: 0o644 })
    await ensureMemberKey(host.world)
    await obtainOwnCertificate(host.world, own)
    return { host, own }
  }

  get #access(): readonly string[] {
    const { ca, certificate, key } = this.#adminFiles
    return [`--endpoints=${this.#clientUrls.join()}`, `--cacert=${ca}`, `--cert=${certificate}`, `--key=${key}`]
  }

  // Until every voter was connected for 5 s etcd refuses (etcd#10499), and whoever types the command types it again.
  async #memberAdd({ name, peerUrl }: OwnMember): Promise<{ initialCluster: string; refusedMs: number }> {
    const args = [...this.#access, 'member', 'add', name, `--peer-urls=${peerUrl}`]
    const startedAtMs = performance.now()
    for (;;) {
      const beganMs = performance.now()
      try {
        const stdout = await runEtcdctl(args)
        const initialCluster = /^ETCD_INITIAL_CLUSTER="(.*)"$/m.exec(stdout)?.[1]
        if (initialCluster === undefined) throw new SignetError('internal', 'etcdctl does not tell the initial cluster')
        return { initialCluster, refusedMs: beganMs - startedAtMs }
      } catch (error) {
        if (performance.now() - startedAtMs > addLimitMs || error instanceof SignetError) throw error
      }
      await delay(addPauseMs)
    }
  }
}

async function startMember(
  { host, own }: PreparedHost,
  { state, initialCluster }: { readonly state: 'new' | 'existing'; readonly initialCluster: string },
): Promise<void> {
  const member = systemdMember(host.world, { own, state })
  await member.writeConfiguration(initialCluster)
  await member.start()
  await waitUntilServing(host.world, own, member.logHint)
}

async function runEtcdctl(args: readonly string[]): Promise<string> {
  const { stdout } = await runFile('etcdctl', args)
  return stdout
}

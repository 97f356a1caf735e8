import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SignetError } from '../src/core/signet-error.ts'
import { connectEtcd, type EtcdClient, type EtcdCredential } from '../src/etcd/etcd-client.ts'
import { readMemberStatus } from '../src/etcd/member-status.ts'
import type { OwnChild } from '../src/host/programs/child-process.ts'
import { waitUntil } from '../src/host/wait-until.ts'
import { joinSandbox } from '../src/sandbox/joining-member.ts'
import { obtainFromAuthority } from '../src/sandbox/obtain-from-authority.ts'
import { findOwnProgram } from '../src/sandbox/own-program.ts'
import { RunningSandbox } from '../src/sandbox/running-sandbox.ts'
import { prepareDirectory, type SandboxDirectory } from '../src/sandbox/sandbox-directory.ts'
import { memberLayout } from '../src/sandbox/sandbox-layout.ts'
import {
  equipMember,
  type MemberPlace,
  placeMember,
  startFirstMember,
  startMember,
} from '../src/sandbox/sandbox-member.ts'
import type { SshAddress } from '../src/sandbox/ssh-config.ts'
import type { JoinReceipt } from '../src/setup/join/join-receipt.ts'

const runFile = promisify(execFile)
const serveLimitMs = 60_000
const addLimitMs = 30_000
const addPauseMs = 100
const stopGraceMs = 5000

/** What one more member took. */
export interface Growth {
  /** From the command to a voting member in sync. */
  readonly commandToVoteMs: number
  /** Of that, waits that etcd itself demands. */
  readonly etcdWaitMs: number
  readonly steps: JoinReceipt['steps']
}

/** What sandbox.json says. */
interface Description {
  readonly ssh: SshAddress
  readonly members: readonly [Omit<MemberPlace, 'address' | 'metricsUrl'> & { readonly pid: number }]
}

/** A cluster of the sandbox in a temporary directory: real etcd with TLS on loopback, and a signer for its joins. */
export class BenchCluster {
  readonly #directory: SandboxDirectory
  readonly #sandbox: RunningSandbox
  readonly #joined: OwnChild[] = []
  readonly #clientUrls: string[]
  readonly #first: Omit<MemberPlace, 'metricsUrl'> & { readonly pid: number }
  readonly #ssh: SshAddress

  private constructor(directory: SandboxDirectory, sandbox: RunningSandbox) {
    this.#directory = directory
    this.#sandbox = sandbox
    const { ssh, members } = JSON.parse(readFileSync(directory.layout.description, 'utf8')) as Description
    this.#first = { ...members[0], address: '127.0.0.1' }
    this.#ssh = ssh
    this.#clientUrls = members.map(({ clientUrl }) => clientUrl)
  }

  static async start(): Promise<BenchCluster> {
    const directory = await prepareDirectory(undefined)
    // Also when it is interrupted: a gibibyte must not stay behind.
    process.once('exit', directory.leave)
    const sandbox = new RunningSandbox({
      layout: directory.layout,
      options: { directory: undefined, members: 1, clientLifetime: '24h', networks: ['127.0.0.0/8'] },
      program: findOwnProgram(undefined),
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
    const place = await this.#nextPlace()
    const startedAtMs = performance.now()
    const { receipt } = await joinSandbox({
      layout: this.#directory.layout,
      place,
      ssh: this.#ssh,
      display: { write: () => {}, isTerminal: false },
      signal: new AbortController().signal,
      started: ({ child }) => this.#joined.push(child),
    })
    const totalMs = performance.now() - startedAtMs
    this.#clientUrls.push(place.clientUrl)
    const afterPromotion = receipt.steps.slice(receipt.steps.findIndex(({ id }) => id === 'promote') + 1)
    const afterMs = afterPromotion.reduce((sum, { durationMs }) => sum + durationMs, 0)
    return { commandToVoteMs: totalMs - afterMs, etcdWaitMs: receipt.etcdWaitMs, steps: receipt.steps }
  }

  /** Grows by one as the manual says: `etcdctl member add`, then etcd, this much later. */
  async addVoter(lateMs: number): Promise<Growth> {
    const place = await this.#nextPlace()
    const { layout } = this.#directory
    // Its certificate is there beforehand: only the membership change is measured.
    await equipMember(layout, place, obtainFromAuthority(layout))
    const startedAtMs = performance.now()
    const { initialCluster, refusedMs } = await this.#memberAdd(place)
    await delay(lateMs)
    const { child } = await startMember(layout, place, { initialCluster, initialClusterState: 'existing' })
    this.#joined.push(child)
    await this.#waitUntilServing(place, child)
    this.#clientUrls.push(place.clientUrl)
    return { commandToVoteMs: performance.now() - startedAtMs, etcdWaitMs: refusedMs, steps: [] }
  }

  /** Saves the database, so that `restore` can give it to another cluster. */
  async saveDatabase(file: string): Promise<void> {
    await runEtcdctl([...this.#access, 'snapshot', 'save', file])
  }

  /** Replaces the database of the only member. Its log is empty then: who joins is sent the database, as after long use. */
  async restoreDatabase(file: string): Promise<void> {
    const { layout } = this.#directory
    const { metricsUrl } = await placeMember(1)
    const place = { ...this.#first, metricsUrl }
    const data = memberLayout(layout, place.name).data
    process.kill(place.pid, 'SIGTERM')
    await waitUntil(() => !existsSync(`/proc/${place.pid}`), {
      timeoutMs: serveLimitMs,
      failure: () => new SignetError('internal', `${place.name} did not stop`),
    })
    rmSync(data, { recursive: true })
    const initialCluster = `${place.name}=${place.peerUrl}`
    const cluster = [`--name=${place.name}`, `--initial-cluster=${initialCluster}`]
    const peers = [`--initial-advertise-peer-urls=${place.peerUrl}`, '--initial-cluster-token=signet-sandbox']
    await runEtcdctl(['snapshot', 'restore', file, `--data-dir=${data}`, ...cluster, ...peers])
    const { child } = await startFirstMember(layout, place)
    this.#joined.push(child)
  }

  /** Starts an etcd that is a cluster of its own: what one more process does to this machine, without any join. */
  async startStranger(): Promise<Growth> {
    const place = await placeMember(this.#clientUrls.length + this.#joined.length + 1)
    const { layout } = this.#directory
    await equipMember(layout, place, obtainFromAuthority(layout))
    const startedAtMs = performance.now()
    const { child } = await startFirstMember(layout, place)
    this.#joined.push(child)
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
    for (const child of this.#joined.toReversed()) await child.stop(stopGraceMs)
    await this.#sandbox.stop()
    process.off('exit', this.#directory.leave)
    this.#directory.leave()
  }

  get #adminFiles() {
    const { certificate, key } = memberLayout(this.#directory.layout, 'etcd-1')
    return { ca: this.#directory.layout.caCertificate, certificate, key }
  }

  get #access(): readonly string[] {
    const { ca, certificate, key } = this.#adminFiles
    return [`--endpoints=${this.#clientUrls.join()}`, `--cacert=${ca}`, `--cert=${certificate}`, `--key=${key}`]
  }

  #nextPlace(): Promise<MemberPlace> {
    return placeMember(this.#clientUrls.length + 1)
  }

  // Until every voter was connected for 5 s etcd refuses (etcd#10499), and whoever types the command types it again.
  async #memberAdd({ name, peerUrl }: MemberPlace): Promise<{ initialCluster: string; refusedMs: number }> {
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

  async #waitUntilServing({ name, clientUrl }: MemberPlace, child: OwnChild): Promise<void> {
    const client = connectEtcd({ endpoints: [clientUrl], timeoutMs: 1000, ...this.credential })
    const knowsLeader = async (): Promise<boolean> => {
      const status = await readMemberStatus(client, clientUrl).catch(() => undefined)
      return status !== undefined && status.leader !== 0n
    }
    try {
      await waitUntil(knowsLeader, {
        timeoutMs: serveLimitMs,
        stillHoped: child.isRunning,
        failure: () => new SignetError('unavailable', `${name} did not start`),
      })
    } finally {
      client.close()
    }
  }
}

async function runEtcdctl(args: readonly string[]): Promise<string> {
  const { stdout } = await runFile('etcdctl', args)
  return stdout
}

import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { planLayout } from '../../../src/client/client-layout.ts'
import { connectWithPair } from '../../../src/cluster/connect-with-pair.ts'
import { readMemberStatus } from '../../../src/etcd/member-status.ts'
import { memberPaths, type PairPaths } from '../../../src/host/pair-paths.ts'
import { findOwnProgram } from '../../../src/sandbox/own-program.ts'
import { RunningSandbox } from '../../../src/sandbox/running-sandbox.ts'
import type { MemberHost } from '../../../src/sandbox/sandbox-description.ts'
import { prepareDirectory, type SandboxDirectory } from '../../../src/sandbox/sandbox-directory.ts'
import { formatEtcdFlagsFile, parseEtcdFlagsFile } from '../../../src/setup/member/etcd-environment-file.ts'
import { waitUntilServing } from '../../../src/setup/member/wait-until-serving.ts'
import { type ClientResult, runClient } from '../../support/shell/run-client.ts'
import type { Disturbance } from '../load/judge-load.ts'
import { KubeApiserver } from './kube-apiserver.ts'

export interface KubeClusterSettings {
  /** The directory of etcd and etcdctl. */
  readonly etcd: string
  /** The directory of kube-apiserver and kubeadm. */
  readonly kubernetes: string
  /** Of the master's certificate. */
  readonly clientLifetime: string
  /** Which of our flags the members' etcd is not given: for a control. */
  readonly withoutFlag?: RegExp
}

/** What differs between one kube-apiserver of a cluster and another. */
export interface ApiserverChoice {
  /** Of its directory. */
  readonly name?: string
  readonly serversFlag?: string
  readonly flags?: readonly string[]
}

const program = join(import.meta.dirname, '../../../src/cli/main.ts')
const etcdService = 'etcd.service'
const daemons = ['signet-authority.service', 'signet-endpoint.service']
const graceMs = 5000

/** Three members of a sandbox, its signer, and one master, kubemaster-1, whose files kube-apiserver has. */
export class KubeCluster {
  readonly pair: PairPaths
  readonly #settings: KubeClusterSettings
  readonly #directory: SandboxDirectory
  readonly #sandbox: RunningSandbox
  readonly #apiservers: KubeApiserver[] = []
  readonly #disturbances: Disturbance[] = []

  private constructor(settings: KubeClusterSettings, directory: SandboxDirectory, sandbox: RunningSandbox) {
    this.#settings = settings
    this.#directory = directory
    this.#sandbox = sandbox
    this.pair = planLayout(this.master).paths
  }

  static async start(settings: KubeClusterSettings): Promise<KubeCluster> {
    const directory = await prepareDirectory(undefined)
    const { etcd, clientLifetime } = settings
    const sandbox = new RunningSandbox({
      layout: directory.layout,
      options: { directory: undefined, members: 3, clientLifetime, networks: ['127.0.0.0/8'] },
      program: findOwnProgram(process.env['SIGNET_SANDBOX_PROGRAM']),
      etcd,
      say: () => {},
      display: { write: () => {}, isTerminal: false },
    })
    const cluster = new KubeCluster(settings, directory, sandbox)
    try {
      await sandbox.start()
      if (settings.withoutFlag !== undefined) await cluster.#restartWithout(settings.withoutFlag)
      const { sshConfig } = directory.layout
      await cluster.signet('request', '--signer-ip=signer', `--ssh-config=${sshConfig}`, '--name=kubemaster-1')
      process.once('exit', directory.leave)
      return cluster
    } catch (error) {
      await sandbox.stop()
      const logs = directory.leaveLogs()
      throw new Error(`${error instanceof Error ? error.message : error}; the logs stay in ${logs}`)
    }
  }

  /** The directory of the master's files. */
  get master(): string {
    return join(this.#directory.layout.directory, 'master')
  }

  /** Where the sandbox is, for `--sandbox`. */
  get directory(): string {
    return this.#directory.layout.directory
  }

  /** In the order in which they joined; those that were removed too. */
  get members(): readonly MemberHost[] {
    return this.#sandbox.members
  }

  /** The serial number of the certificate that the master has now. */
  get serial(): string {
    return new X509Certificate(readFileSync(this.pair.certificate)).serialNumber
  }

  /** Milliseconds since the epoch. */
  get expiresAtMs(): number {
    return Date.parse(new X509Certificate(readFileSync(this.pair.certificate)).validTo)
  }

  /** Runs a command of the master's; `--dir` is added. It must succeed. Answers with what it printed. */
  async signet(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.trySignet(...words)
    if (status !== 0) throw new Error(`signet ${words.join(' ')} ended with ${status}: ${stderr}`)
    return stdout
  }

  trySignet(...words: readonly string[]): Promise<ClientResult> {
    return runSignet([...words, `--dir=${this.master}`])
  }

  /** `signet member remove`, and the end of that member's etcd. */
  remove(member: MemberHost): Promise<void> {
    return this.#disturb(async () => {
      const { status, stderr } = await runSignet(['member', 'remove', member.own.name, `--sandbox=${this.directory}`])
      if (status !== 0) throw new Error(stderr)
      await member.host.units.stop(etcdService)
    })
  }

  /** One more host joins, by `signet join`. */
  async join(): Promise<MemberHost> {
    await this.#sandbox.join(await this.#sandbox.addHost())
    const member = this.members.at(-1)
    if (member === undefined) throw new Error('the member that joined is not there')
    return member
  }

  async startApiserver({ name = 'apiserver', serversFlag, flags = [] }: ApiserverChoice = {}): Promise<KubeApiserver> {
    const apiserver = await this.launchApiserver({ name, flags, ...(serversFlag === undefined ? {} : { serversFlag }) })
    await apiserver.untilReady()
    return apiserver
  }

  /** One that need not become ready. */
  async launchApiserver({ name = 'apiserver', serversFlag, flags = [] }: ApiserverChoice): Promise<KubeApiserver> {
    const apiserver = await KubeApiserver.launch({
      binary: join(this.#settings.kubernetes, 'kube-apiserver'),
      directory: join(this.directory, name),
      pair: this.pair,
      serversFlag: serversFlag ?? (await this.serversFlag()),
      flags,
    })
    this.#apiservers.push(apiserver)
    return apiserver
  }

  /** As `signet kubeadm-config --flag` prints it. */
  async serversFlag(): Promise<string> {
    return (await this.signet('kubeadm-config', '--flag')).trim()
  }

  /** Stops one member's etcd and starts it again: all connections to it begin anew, with the certificate of that moment. */
  restart(member: MemberHost): Promise<void> {
    return this.#disturb(async () => {
      await member.host.units.stop(etcdService)
      await this.launch(member)
    })
  }

  halt({ host }: MemberHost): Promise<void> {
    return this.#disturb(() => host.units.stop(etcdService))
  }

  /** When members stopped and came back, on purpose. */
  get disturbances(): readonly Disturbance[] {
    return this.#disturbances
  }

  /** Starts a member's etcd and waits until it serves. */
  async launch({ host, own }: MemberHost): Promise<void> {
    await host.units.launch(etcdService)
    await waitUntilServing(host.world, own, host.units.logOf(etcdService))
  }

  /** SIGKILL. */
  async kill({ host }: MemberHost): Promise<void> {
    const child = host.units.childOf(etcdService)
    if (child === undefined) throw new Error(`${host.name} runs no etcd`)
    process.kill(child.pid, 'SIGKILL')
    await child.ended
  }

  /** The member that leads, as it says itself. */
  async raftLeader(): Promise<MemberHost> {
    for (;;) {
      for (const member of this.members) if (await this.#leads(member)) return member
      await delay(50)
    }
  }

  /** Neither authority nor endpoint answer until `signerReturns`. */
  async signerLeaves(): Promise<void> {
    for (const unit of daemons.toReversed()) await this.#signer.host.units.stop(unit, graceMs)
  }

  async signerReturns(): Promise<void> {
    for (const unit of daemons) await this.#signer.host.units.start(unit)
  }

  async stop(): Promise<void> {
    for (const apiserver of this.#apiservers) await apiserver.stop()
    await this.#sandbox.stop()
    process.off('exit', this.#directory.leave)
    this.#directory.leave()
  }

  get #signer(): MemberHost {
    const [first] = this.members
    if (first === undefined) throw new Error('the sandbox has no member')
    return first
  }

  async #disturb(disturb: () => Promise<void>): Promise<void> {
    const fromMs = performance.now()
    await disturb()
    this.#disturbances.push({ fromMs, toMs: performance.now() })
  }

  async #restartWithout(flag: RegExp): Promise<void> {
    for (const member of this.members) {
      const { etcdFlags } = member.host.world.layout
      const flags = parseEtcdFlagsFile(readFileSync(etcdFlags, 'utf8'))
      writeFileSync(etcdFlags, formatEtcdFlagsFile(flags.filter((own) => !flag.test(own))))
      await this.restart(member)
    }
  }

  async #leads({ host, own }: MemberHost): Promise<boolean> {
    const client = connectWithPair(memberPaths(host.world.layout), { endpoints: [own.clientUrl], timeoutMs: 2000 })
    try {
      const { raftLeader, memberId } = await readMemberStatus(client, own.clientUrl)
      return raftLeader === memberId
    } catch {
      return false
    } finally {
      client.close()
    }
  }
}

function runSignet(words: readonly string[]): Promise<ClientResult> {
  return runClient(process.execPath, [program, ...words], { timeoutMs: 60_000 })
}

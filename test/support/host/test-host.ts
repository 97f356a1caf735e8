import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { PassThrough } from 'node:stream'
import type { RunProgram } from '../../../src/host/clock-sync.ts'
import { type HostLayout, hostLayout } from '../../../src/host/host-layout.ts'
import { runProgram } from '../../../src/host/programs/run-program.ts'
import { SandboxHost } from '../../../src/sandbox/sandbox-host.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import { ownDaemons } from '../shell/own-program.ts'
import { writeFakeEtcd } from './fake-etcd.ts'
import { type TestPlace, testWorld } from './test-world.ts'

/** What a command said. */
export interface Said {
  readonly stdout: string
  readonly stderr: string
}

/**
 * A sandbox's host whose `systemctl` is this object: it remembers what it was told, and runs the real daemons and a real etcd
 * where it is given one. What it starts dies with the test runner.
 */
export class TestHost {
  readonly layout: HostLayout
  readonly enabled = new Set(['etcd.service'])
  readonly active = new Set<string>()
  /** Every systemctl command that changes something. */
  readonly commands: string[] = []
  /** What etcdctl says of an etcd that is not ours. */
  defaultEtcd = { revision: 1, members: 1 }
  /** Whether some package brings an etcd.service. */
  hasEtcdUnit = true
  sshdDropIns = 0
  /** Called when a unit is started that this host runs no process for. */
  onStart: (unit: string) => Promise<void> = async () => {}
  readonly #host: SandboxHost
  readonly #etcd: string | undefined

  private constructor(host: SandboxHost, etcd: string | undefined) {
    this.#host = host
    this.#etcd = etcd
    this.layout = host.world.layout
  }

  static async create(address: string, etcd?: string): Promise<TestHost> {
    const root = mkdtempSync(join(tmpdir(), 'signet-host-'))
    const layout = hostLayout(root)
    const { signal } = new AbortController()
    const told = { signal, leaveOut: () => {}, ended: () => {} }
    const run = { program: ownDaemons }
    const host = await SandboxHost.create({ name: 'etcd', address, layout, logs: root, ...run, ...told })
    for (const file of [layout.firstBoot, layout.etcdDropInSource, layout.etcdUnitSource]) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, '')
    }
    mkdirSync(dirname(layout.dataDirectory), { recursive: true })
    if (etcd === undefined) writeFakeEtcd(layout.distributionEtcd)
    return new TestHost(host, etcd)
  }

  get root(): string {
    return this.layout.root
  }

  get address(): string {
    return this.#host.address
  }

  get embeddedPort(): number {
    return this.#host.sshPort
  }

  world(change: Partial<HostWorld> = {}): HostWorld {
    const front: HostWorld['front'] = {
      ensure: async () => {
        this.sshdDropIns += 1
      },
    }
    return { ...testWorld(this.place, this.run), front, ...change }
  }

  get place(): TestPlace {
    const etcd = this.#etcd === undefined ? this.layout.distributionEtcd : dirname(this.#etcd)
    return { root: this.root, etcdPorts: this.#host.world.etcdPorts, etcd }
  }

  /** Runs a command with streams of its own. */
  async listen(command: (streams: { stdout: PassThrough; stderr: PassThrough }) => Promise<void>): Promise<Said> {
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
    await command(streams)
    return { stdout: String(streams.stdout.read() ?? ''), stderr: String(streams.stderr.read() ?? '') }
  }

  /** All files of the host with their text, and links with where they lead. */
  files(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {}
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const name = relative(this.root, path)
      // Behind the link is what the machine has.
      if (path.startsWith(`${this.layout.etcdBinaries}/`)) continue
      if (entry.isSymbolicLink()) found[name] = readlinkSync(path)
      // A running etcd writes its log and data on.
      else if (entry.isFile())
        found[name] = /etcd[^/]*\.log$|var\/lib\/etcd\//.test(name) ? '' : readFileSync(path, 'latin1')
    }
    return found
  }

  has(path: string): boolean {
    return existsSync(path)
  }

  /** As at a power cut. */
  async killAll(): Promise<void> {
    await this.#host.units.stopAll(0)
    this.active.clear()
  }

  async remove(): Promise<void> {
    await this.killAll()
    rmSync(this.root, { recursive: true, force: true })
  }

  /** Runs a program as on this host: its service manager is this object, which outlives whoever asks it. */
  readonly run: RunProgram = async (command, args) => {
    if (command === 'systemctl') return this.#systemctl(args)
    if (basename(command) === 'etcd' || basename(command) === 'etcdutl') return runProgram(command, args)
    if (basename(command) === 'etcdctl') return this.#etcdctl(args)
    if (command === 'logger') return ''
    throw new Error(`${command} is not here`)
  }

  #etcdctl(args: readonly string[]): string {
    const { revision, members } = this.defaultEtcd
    if (args.includes('member')) return 'a1, started, one\n'.repeat(members)
    return `{"header":{"cluster_id":1,"revision":${revision},"raft_term":2}}`
  }

  async #systemctl(args: readonly string[]): Promise<string> {
    const [verb = '', ...rest] = args.filter((arg) => !arg.startsWith('--'))
    const unit = rest[0] ?? ''
    if (args.includes('--property=LoadState')) return this.#isKnown(unit) ? 'loaded\n' : 'not-found\n'
    if (verb === 'show') return args.includes('--property=ActiveState') ? this.#state(unit) : this.#fileState(unit)
    this.commands.push([verb, ...rest].join(' '))
    if (unit !== '' && !this.#isKnown(unit)) throw new Error(`Unit file ${unit} does not exist.`)
    if (verb === 'enable') this.enabled.add(unit)
    if (verb === 'disable') this.enabled.delete(unit)
    if (verb === 'stop' || verb === 'restart') await this.#stop(unit)
    if (verb === 'start' || verb === 'restart') await this.#start(unit)
    return ''
  }

  #isKnown(unit: string): boolean {
    return unit !== 'etcd.service' || this.hasEtcdUnit || existsSync(this.layout.etcdUnit)
  }

  #state(unit: string): string {
    return this.active.has(unit) && this.#host.units.childOf(unit)?.isRunning() !== false ? 'active\n' : 'inactive\n'
  }

  #fileState(unit: string): string {
    return this.enabled.has(unit) ? 'enabled\n' : 'disabled\n'
  }

  async #stop(unit: string): Promise<void> {
    await this.#host.units.stop(unit)
    this.active.delete(unit)
  }

  async #start(unit: string): Promise<void> {
    if (this.#state(unit) === 'active\n') return
    if (this.#runs(unit)) await this.#host.units.launch(unit)
    else await this.onStart(unit)
    this.active.add(unit)
  }

  // An etcd without our drop-in is the distribution's.
  #runs(unit: string): boolean {
    if (this.#etcd === undefined) return false
    return unit === 'etcd.service'
      ? existsSync(this.layout.etcdDropIn)
      : /^signet-(authority|endpoint)\.service$/.test(unit)
  }
}

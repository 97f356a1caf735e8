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
import { dirname, join, relative } from 'node:path'
import { PassThrough } from 'node:stream'
import type { RunProgram } from '../../../src/host/clock-sync.ts'
import { hostLayout } from '../../../src/host/host-layout.ts'
import { findFreePorts } from '../../../src/host/net/free-port.ts'
import { type OwnChild, startChild } from '../../../src/host/programs/child-process.ts'
import { runProgram } from '../../../src/host/programs/run-program.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import { parseEtcdFlagsFile } from '../../../src/setup/member/etcd-flags-file.ts'
import { type TestPlace, testWorld } from './test-world.ts'

const program = join(import.meta.dirname, '../../../src/cli/main.ts')

/** What a command said. */
export interface Said {
  readonly stdout: string
  readonly stderr: string
}

/**
 * A host in a directory, on a loopback address of its own, with a service manager that runs the real daemons and a real
 * etcd where it is given one. What it starts dies with the test runner.
 */
export class TestHost {
  readonly root = mkdtempSync(join(tmpdir(), 'signet-host-'))
  readonly layout = hostLayout(this.root)
  readonly address: string
  readonly enabled = new Set(['etcd.service'])
  readonly active = new Set<string>()
  /** Every systemctl command that changes something. */
  readonly commands: string[] = []
  /** What etcdctl says of an etcd that is not ours. */
  defaultEtcd = { revision: 1, members: 1 }
  sshdDropIns = 0
  /** Called when a unit is started that this host runs no process for. */
  onStart: (unit: string) => Promise<void> = async () => {}
  embeddedPort = 0
  readonly #etcd: string | undefined
  readonly #children = new Map<string, OwnChild>()
  #ports: readonly number[] = []

  private constructor(address: string, etcd: string | undefined) {
    this.address = address
    this.#etcd = etcd
  }

  static async create(address: string, etcd?: string): Promise<TestHost> {
    const host = new TestHost(address, etcd)
    host.#ports = await findFreePorts(address, 4)
    host.embeddedPort = host.#ports[3] ?? 0
    const { firstBoot, etcdDropInSource } = host.layout
    for (const file of [firstBoot, etcdDropInSource]) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, '')
    }
    for (const directory of ['run/signet', 'var/lib/signet', 'var/lib/signet-endpoint', 'var/lib/etcd', 'etc']) {
      mkdirSync(join(host.root, directory), { recursive: true })
    }
    return host
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
    const [client = 0, peer = 0, metrics = 0] = this.#ports
    return { root: this.root, etcdPorts: { client, peer, metrics } }
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
    for (const child of this.#children.values()) await child.stop(0)
    this.#children.clear()
    this.active.clear()
  }

  async remove(): Promise<void> {
    await this.killAll()
    rmSync(this.root, { recursive: true, force: true })
  }

  /** Runs a program as on this host: its service manager is this object, which outlives whoever asks it. */
  readonly run: RunProgram = async (command, args) => {
    if (command === 'systemctl') return this.#systemctl(args)
    if (command === 'etcd') return this.#etcd === undefined ? 'etcd Version: 3.5.16\n' : runProgram(this.#etcd, args)
    if (command === 'etcdctl') return this.#etcdctl(args)
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
    if (verb === 'show') return args.includes('--property=ActiveState') ? this.#state(unit) : this.#fileState(unit)
    this.commands.push([verb, ...rest].join(' '))
    if (verb === 'enable') this.enabled.add(unit)
    if (verb === 'disable') this.enabled.delete(unit)
    if (verb === 'stop' || verb === 'restart') await this.#stop(unit)
    if (verb === 'start' || verb === 'restart') await this.#start(unit)
    return ''
  }

  #state(unit: string): string {
    return this.active.has(unit) && this.#children.get(unit)?.isRunning() !== false ? 'active\n' : 'inactive\n'
  }

  #fileState(unit: string): string {
    return this.enabled.has(unit) ? 'enabled\n' : 'disabled\n'
  }

  async #stop(unit: string): Promise<void> {
    await this.#children.get(unit)?.stop(5000)
    this.#children.delete(unit)
    this.active.delete(unit)
  }

  async #start(unit: string): Promise<void> {
    if (this.#state(unit) === 'active\n') return
    const settings = this.#commandOf(unit)
    if (settings !== undefined) {
      const logFile = join(this.root, `${unit}.log`)
      this.#children.set(unit, await startChild({ ...settings, logFile }))
    } else await this.onStart(unit)
    this.active.add(unit)
  }

  #commandOf(unit: string): { readonly command: string; readonly args: readonly string[] } | undefined {
    const { configuration, etcdFlags, etcdDropIn } = this.layout
    const daemon = /^signet-(authority|endpoint)\.service$/.exec(unit)?.[1]
    if (daemon !== undefined && this.#etcd !== undefined) {
      return { command: process.execPath, args: [program, daemon, '--config', configuration] }
    }
    if (unit !== 'etcd.service' || this.#etcd === undefined || !existsSync(etcdDropIn)) return undefined
    return { command: this.#etcd, args: parseEtcdFlagsFile(readFileSync(etcdFlags, 'utf8')) }
  }
}

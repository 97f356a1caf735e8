import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { HostLayout } from '../host/host-layout.ts'
import { isAnswered } from '../host/net/unix-socket.ts'
import { type OwnChild, startChild } from '../host/programs/child-process.ts'
import { etcdProgram } from '../host/programs/etcd-program.ts'
import type { Systemd } from '../host/programs/systemd-unit.ts'
import { waitUntil } from '../host/wait-until.ts'
import { parseEtcdFlagsFile } from '../setup/member/etcd-environment-file.ts'
import type { OwnProgram } from './own-program.ts'
import { startFailure } from './start-failure.ts'

/** What a host's units run, and who is told of them. */
export interface UnitSettings {
  /** The member's name, under which its etcd logs. */
  readonly name: string
  readonly layout: HostLayout
  readonly logs: string
  /** The daemons' program. */
  readonly program: OwnProgram
  /** Ends the waiting for a daemon that is not up yet. */
  readonly signal: AbortSignal
  /** Told of what a host would do here and this one does not. */
  readonly leaveOut: (what: string) => void
  /** Told of a process that has ended by itself. */
  readonly ended: (process: UnitProcess, how: string) => void
}

export interface UnitProcess {
  /** `authority`, `endpoint`, or the name of the member. */
  readonly name: string
  readonly child: OwnChild
  readonly log: string
}

const stopGraceMs = 5000
const daemonTimeoutMs = 15_000

/**
 * A host's units as processes of this one, with which they end. What is no process, such as a timer or a start at each boot, is
 * left out, and told.
 */
export class ChildUnits implements Systemd {
  readonly #settings: UnitSettings
  readonly #children = new Map<string, OwnChild>()

  constructor(settings: UnitSettings) {
    this.#settings = settings
  }

  /** The process of a unit, running or not; undefined where it was never started, or was stopped. */
  childOf(unit: string): OwnChild | undefined {
    return this.#children.get(unit)
  }

  async launch(unit: string): Promise<void> {
    if ((await this.isActive(unit)) || this.#hasStoodDown(unit)) return
    const command = this.#commandOf(unit)
    if (command === undefined) return this.#settings.leaveOut(unit)
    const log = this.logOf(unit)
    if (daemonOf(unit) === 'endpoint') rmSync(this.#readyFile, { force: true })
    const child = await startChild({ ...command, logFile: log })
    this.#children.set(unit, child)
    const process = { name: this.#nameOf(unit), child, log }
    void child.ended.then((how) => {
      if (this.#children.get(unit) === child) this.#settings.ended(process, how)
    })
  }

  async start(unit: string): Promise<void> {
    await this.launch(unit)
    const child = this.#children.get(unit)
    if (child !== undefined) await this.#untilUp(unit, child)
  }

  async stop(unit: string, graceMs = stopGraceMs): Promise<void> {
    const child = this.#children.get(unit)
    this.#children.delete(unit)
    await child?.stop(graceMs)
  }

  async restart(unit: string): Promise<void> {
    await this.stop(unit)
    await this.start(unit)
  }

  /** Ends every process, the last started first. */
  async stopAll(graceMs = stopGraceMs): Promise<void> {
    for (const unit of [...this.#children.keys()].reverse()) await this.stop(unit, graceMs)
  }

  async enable(): Promise<void> {
    this.#settings.leaveOut('starts at boot')
  }

  // Nothing starts at boot here.
  async disable(): Promise<void> {}

  async isActive(unit: string): Promise<boolean> {
    return this.#children.get(unit)?.isRunning() === true
  }

  async isEnabled(): Promise<boolean> {
    return false
  }

  // Nobody starts it again here.
  async countRestarts(): Promise<number> {
    return 0
  }

  async readLastLines(unit: string, count: number): Promise<readonly string[]> {
    const lines = readFileSync(this.logOf(unit), 'utf8').split('\n')
    return lines.filter((line) => line !== '').slice(-count)
  }

  async isKnown(): Promise<boolean> {
    return true
  }

  async reload(): Promise<void> {
    this.#settings.leaveOut("systemd's drop-in: renewing before a start, starting again after an end")
  }

  logOf(unit: string): string {
    return join(this.#settings.logs, `${this.#nameOf(unit)}.log`)
  }

  // systemd tells whoever waits for the start that an assertion failed; who only launches hears nothing.
  #hasStoodDown(unit: string): boolean {
    return unit === 'etcd.service' && existsSync(this.#settings.layout.standDown)
  }

  #commandOf(unit: string): { readonly command: string; readonly args: readonly string[] } | undefined {
    const { layout, program } = this.#settings
    if (unit === 'etcd.service') return { command: etcdProgram(layout, 'etcd'), args: readFlags(layout) }
    const daemon = daemonOf(unit)
    if (daemon === undefined) return undefined
    const ready = daemon === 'endpoint' ? ['--ready-file', this.#readyFile] : []
    return { command: program.command, args: [...program.args, daemon, '--config', layout.configuration, ...ready] }
  }

  async #untilUp(unit: string, child: OwnChild): Promise<void> {
    const isUp = this.#questionOf(unit)
    const { signal } = this.#settings
    const failure = () => startFailure(`the ${this.#nameOf(unit)}`, this.logOf(unit))
    await waitUntil(isUp, { timeoutMs: daemonTimeoutMs, stillHoped: child.isRunning, signal, failure })
  }

  #questionOf(unit: string): () => Promise<boolean> | boolean {
    const { layout } = this.#settings
    // Until the socket has its mode, nobody but root may even ask.
    if (daemonOf(unit) === 'authority') return () => isAnswered(layout.authoritySocket).catch(() => false)
    if (daemonOf(unit) === 'endpoint')
      return () => (statSync(this.#readyFile, { throwIfNoEntry: false })?.size ?? 0) > 0
    return () => true
  }

  #nameOf(unit: string): string {
    return daemonOf(unit) ?? this.#settings.name
  }

  get #readyFile(): string {
    return join(dirname(this.#settings.layout.authoritySocket), 'endpoint.json')
  }
}

function daemonOf(unit: string): string | undefined {
  return /^signet-(authority|endpoint)\.service$/.exec(unit)?.[1]
}

// They name files as the host itself sees them.
function readFlags({ etcdFlags, root }: HostLayout): readonly string[] {
  const flags = parseEtcdFlagsFile(readFileSync(etcdFlags, 'utf8'))
  return flags.map((flag) => flag.replace(/=(\/.*)/, (_, path: string) => `=${join(root, path)}`))
}

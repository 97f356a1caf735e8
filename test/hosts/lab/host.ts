import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type CommandEnd, type CommandOptions, endOfCommand, lastLines } from '../set-up/command.ts'
import { Disk } from './disk.ts'
import { type HostIdentity, writeHostFiles } from './host-files.ts'
import { Machine } from './machine.ts'
import { plugIn, removePort, unplug } from './network.ts'

/** Where a host's things are on this machine. */
export interface HostPlace {
  readonly directory: string
  readonly baseRoot: string
  readonly group: string
  readonly shared: readonly string[]
}

export interface ScriptOptions extends Pick<CommandOptions, 'input' | 'answers' | 'onLine'> {
  readonly timeoutSeconds?: number
}

const bootLimitMs = 90_000
const powerOffLimitMs = 60_000
const clean = [
  ...['env', '--chdir=/root', '-i'],
  'HOME=/root',
  'LANG=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
]

/** A booted Debian host. */
export class Host {
  readonly identity: HostIdentity
  readonly #place: HostPlace
  readonly #disk: Disk
  #machine: Machine | undefined

  constructor(identity: HostIdentity, place: HostPlace) {
    this.identity = identity
    this.#place = place
    this.#disk = new Disk(place.directory)
  }

  get name(): string {
    return this.identity.name
  }

  get address(): string {
    return this.identity.address
  }

  /** Its root directory as we see it: also while it is off, if its disk is attached. */
  get root(): string {
    return this.#disk.root
  }

  get isOn(): boolean {
    return this.#machine?.isRunning === true
  }

  /** Puts an empty disk in and boots it. */
  async install(): Promise<void> {
    mkdirSync(this.#place.directory, { recursive: true })
    await this.#disk.format()
    await this.#disk.mount(this.#place.baseRoot)
    await writeHostFiles(this.root, this.identity)
    await this.#disk.sync()
    await this.#powerOn()
  }

  /** What was installed by now outlives power cuts, as it does where dpkg syncs each file. */
  sync(): Promise<void> {
    return this.#disk.sync()
  }

  /** Boots it from the disk that it has. */
  async boot(): Promise<void> {
    await this.#disk.mount(this.#place.baseRoot)
    await this.#powerOn()
  }

  /** Runs a script of bash as root; whatever its status is. */
  tryRun(script: string, { timeoutSeconds = 60, ...options }: ScriptOptions = {}): Promise<CommandEnd> {
    const limit = ['timeout', '--kill-after=2', `${timeoutSeconds}`]
    return endOfCommand('nsenter', [...this.#enter(), ...clean, ...limit, 'bash', '-c', script], options)
  }

  /** Runs a script of bash as root, which must succeed; answers with its standard output. */
  async run(script: string, options?: ScriptOptions): Promise<string> {
    const { status, stdout, stderr } = await this.tryRun(script, options)
    if (status === 0) return stdout
    throw new Error(`${this.name}: ${script}: status ${status}\n${lastLines(stdout)}${lastLines(stderr)}`)
  }

  /** Runs a command at a terminal of its own, where somebody answers its prompts; its status must be 0. */
  async runAtTerminal(command: string, answers: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await this.tryRun(`script --quiet --return --command '${command}' /dev/null`, {
      answers,
    })
    if (status !== 0) throw new Error(`${this.name}: ${command}: status ${status}\n${stdout}${stderr}`)
  }

  /** Waits until a script succeeds. */
  async until(script: string, limitSeconds: number, what = script): Promise<void> {
    const limitMs = performance.now() + limitSeconds * 1000
    let end = await this.tryRun(script)
    while (end.status !== 0) {
      if (performance.now() > limitMs) {
        const said = `${lastLines(end.stdout)}${lastLines(end.stderr)}`
        throw new Error(`${this.name}: not within ${limitSeconds} s: ${what}\n${said}`)
      }
      await delay(200)
      end = await this.tryRun(script)
    }
  }

  /** Shuts it down in good order. */
  async powerOff(): Promise<void> {
    const machine = this.#running()
    await this.run('systemctl poweroff')
    await this.#off(machine)
  }

  /** `systemctl reboot`, and waits until it is up again. */
  async reboot(): Promise<void> {
    const machine = this.#running()
    await this.run('systemctl reboot')
    if ((await this.#off(machine)) !== 'again') throw new Error(`${this.name} did not want to be started again`)
    await this.boot()
  }

  /** Takes its power: every process ends, and what was not synced to the disk is lost. */
  async cutPower(): Promise<void> {
    const machine = this.#running()
    await this.#disk.cutPower()
    await machine.kill()
    await this.#leave()
  }

  /** The same as a power cut, for whoever does not care any more. */
  async discard(): Promise<void> {
    if (this.isOn) await this.cutPower()
  }

  unplug(): Promise<void> {
    return unplug(this.name)
  }

  plugIn(): Promise<void> {
    return plugIn(this.name, this.identity.network)
  }

  async #powerOn(): Promise<void> {
    const { directory, group, shared } = this.#place
    const { name, network } = this.identity
    const consoleFile = `${directory}/console.log`
    const groupOfHost = `${group}/${name}`
    this.#machine = await Machine.start({
      name,
      root: this.root,
      bridge: network.bridge,
      shared,
      group: groupOfHost,
      consoleFile,
    })
    await this.#untilBooted()
  }

  // A unit that failed is for the scenarios to judge.
  async #untilBooted(): Promise<void> {
    const limitMs = performance.now() + bootLimitMs
    let said = ''
    while (performance.now() < limitMs) {
      const end = await this.tryRun('systemctl is-system-running --wait', { timeoutSeconds: 60 })
      said = `${end.stdout}${end.stderr}`.trim()
      if (/^(running|degraded)$/m.test(said)) return
      await delay(100)
    }
    throw new Error(`${this.name} does not come up: ${said}`)
  }

  async #off(machine: Machine): Promise<'off' | 'again'> {
    const limit = setTimeout(() => void machine.kill(), powerOffLimitMs)
    const startedMs = performance.now()
    const how = await machine.untilOff()
    clearTimeout(limit)
    await this.#leave()
    if (performance.now() - startedMs >= powerOffLimitMs) throw new Error(`${this.name} did not shut down in time`)
    return how
  }

  async #leave(): Promise<void> {
    this.#machine = undefined
    await removePort(this.name)
    await this.#disk.unmount()
  }

  #running(): Machine {
    if (this.#machine?.isRunning !== true) throw new Error(`${this.name} is off`)
    return this.#machine
  }

  #enter(): readonly string[] {
    return ['--target', `${this.#running().init}`, '--all', '--']
  }
}

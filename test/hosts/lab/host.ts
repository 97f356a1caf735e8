import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Disk } from './disk.ts'
import { type HostIdentity, writeHostFiles } from './host-files.ts'
import { Machine } from './machine.ts'
import { plugIn, removePort, unplug } from './network.ts'
import { Shell } from './shell.ts'

/** Where a host's things are on this machine. */
export interface HostPlace {
  readonly directory: string
  readonly baseRoot: string
  readonly group: string
  readonly shared: readonly string[]
}

const bootLimitMs = 90_000
const powerOffLimitMs = 60_000

/** A booted Debian host. */
export class Host extends Shell {
  readonly identity: HostIdentity
  readonly #place: HostPlace
  readonly #disk: Disk
  #machine: Machine | undefined

  constructor(identity: HostIdentity, place: HostPlace) {
    super(identity.name, () => this.#running().init)
    this.identity = identity
    this.#place = place
    this.#disk = new Disk(place.directory)
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

  /** Boots it so far that it can be logged in to: an etcd without a quorum keeps a boot from ending for minutes. */
  async bootToLogin(): Promise<void> {
    await this.#disk.mount(this.#place.baseRoot)
    await this.#powerOn('systemctl is-active --quiet ssh.service')
  }

  /** Shuts it down in good order. */
  async powerOff(): Promise<void> {
    const machine = this.#running()
    await this.tryRun('systemctl poweroff')
    await this.#off(machine)
  }

  /** `systemctl reboot`, and waits until it is up again. */
  async reboot(): Promise<void> {
    const machine = this.#running()
    await this.tryRun('systemctl reboot')
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

  async #powerOn(isUp = 'systemctl is-system-running --wait | grep -E "^(running|degraded)$"'): Promise<void> {
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
    await this.#untilBooted(isUp)
  }

  // A unit that failed is for the scenarios to judge.
  async #untilBooted(isUp: string): Promise<void> {
    const limitMs = performance.now() + bootLimitMs
    let said = ''
    while (performance.now() < limitMs) {
      const end = await this.tryRun(isUp, { timeoutSeconds: 60 })
      said = `${end.stdout}${end.stderr}`.trim()
      if (end.status === 0) return
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
}

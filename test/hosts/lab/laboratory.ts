import { mkdirSync } from 'node:fs'
import { groupName } from '../set-up/control-group.ts'
import { places } from '../set-up/places.ts'
import type { Release } from '../set-up/release.ts'
import { Host } from './host.ts'
import type { HostIdentity } from './host-files.ts'
import { controlPlane } from './network.ts'

export interface LaboratorySettings {
  readonly release: Release
  readonly baseRoot: string
  /** The directory with the packages; hosts see it as `/opt/signet`. */
  readonly packages: string
  /** What hosts see below /opt/monitoring, where it is given. */
  readonly monitoring?: string | undefined
  readonly runId: string
  /** Of root on every host. */
  readonly umask?: string | undefined
}

/** Where hosts of one release are booted. */
export class Laboratory {
  readonly release: Release
  readonly #settings: LaboratorySettings
  readonly #hosts: Host[] = []
  #count = 0

  constructor(settings: LaboratorySettings) {
    this.release = settings.release
    this.#settings = settings
  }

  /** All hosts that are on. */
  get hosts(): readonly Host[] {
    return this.#hosts.filter(({ isOn }) => isOn)
  }

  /** Installs Debian on a new host of the control plane, or of another network, and boots it. */
  async install(name: string, address: string, network: HostIdentity['network'] = controlPlane): Promise<Host> {
    const { baseRoot, packages, monitoring, runId, release, umask } = this.#settings
    this.#count += 1
    const directory = `${places.runs}/${runId}/${release}-${this.#count}-${name}`
    mkdirSync(directory, { recursive: true })
    const shared = [`${packages}:/opt/signet`, ...(monitoring === undefined ? [] : [`${monitoring}:/opt/monitoring`])]
    const host = new Host({ name, address, network }, { directory, baseRoot, group: groupName(runId), shared })
    host.umask = umask
    this.#hosts.push(host)
    await host.install()
    return host
  }

  /** Ends all hosts. */
  async clear(): Promise<void> {
    for (const host of this.#hosts.splice(0)) await host.discard().catch(() => {})
  }
}

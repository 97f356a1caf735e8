import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { endGroup, makeGroup, removeGroup } from '../set-up/control-group.ts'

export interface MachineSettings {
  readonly name: string
  readonly root: string
  readonly bridge: string
  /** Directories of ours that it sees, read-only: `FROM:TO`. */
  readonly shared: readonly string[]
  readonly group: string
  readonly consoleFile: string
}

/** systemd-nspawn ends with it when the machine wants to be started again. */
const rebootStatus = 133
const startLimitMs = 30_000

/** A running systemd in a container, from power on to power off. */
export class Machine {
  /** The container's first process. */
  readonly init: number
  readonly #nspawn: ChildProcess
  readonly #group: string
  readonly #ended: Promise<number>

  private constructor(nspawn: ChildProcess, init: number, group: string) {
    this.#nspawn = nspawn
    this.init = init
    this.#group = group
    this.#ended = endOf(nspawn)
  }

  static async start(settings: MachineSettings): Promise<Machine> {
    const nspawn = launch(settings)
    const limitMs = performance.now() + startLimitMs
    while (performance.now() < limitMs && nspawn.exitCode === null) {
      const init = nspawn.pid === undefined ? undefined : findInit(nspawn.pid)
      if (init !== undefined) return new Machine(nspawn, init, settings.group)
      await delay(20)
    }
    nspawn.kill('SIGKILL')
    throw new Error(`${settings.name} does not start: ${readFileSync(settings.consoleFile, 'utf8').slice(-1000)}`)
  }

  get isRunning(): boolean {
    return this.#nspawn.exitCode === null && this.#nspawn.signalCode === null
  }

  /** Resolves when it is off, with whether it wants to be started again. */
  async untilOff(): Promise<'off' | 'again'> {
    const status = await this.#ended
    await this.#clear()
    return status === rebootStatus ? 'again' : 'off'
  }

  /** Ends every process at once, as a power cut does. */
  async kill(): Promise<void> {
    this.#nspawn.kill('SIGKILL')
    endGroup(this.#group)
    await this.#ended
    await this.#clear()
  }

  // Its group must be empty before a file system can be unmounted, or the machine started again.
  async #clear(): Promise<void> {
    endGroup(this.#group)
    for (let attempt = 0; !removeGroup(this.#group) && attempt < 100; attempt += 1) await delay(20)
  }
}

function launch({ name, root, bridge, shared, group, consoleFile }: MachineSettings): ChildProcess {
  const intoGroups = makeGroup(group)
    .map((file) => `echo $$ > ${file}; `)
    .join('')
  const options = [
    ...['--quiet', '--register=no', '--keep-unit', '--settings=no', '--link-journal=no', '--console=pipe'],
    ...['--resolv-conf=off', '--timezone=off', `--machine=${name}`, `--directory=${root}`],
    ...[`--network-bridge=${bridge}`, ...shared.map((directory) => `--bind-ro=${directory}`), '--boot'],
  ]
  const script = `${intoGroups}exec systemd-nspawn "$@"`
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
    UNIFIED_CGROUP_HIERARCHY: '1',
  }
  const nspawn = spawn('sh', ['-c', script, 'sh', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const screen = createWriteStream(consoleFile, { flags: 'a' })
  nspawn.stdout?.pipe(screen, { end: false })
  nspawn.stderr?.pipe(screen, { end: false })
  nspawn.once('close', () => screen.end())
  return nspawn
}

// Of the two processes that systemd-nspawn starts the first ends by itself; the other is in a namespace of its own.
function findInit(nspawn: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').trim().split(' ').map(Number)
    return children.find((pid) => pid > 0 && isFirstOfItsNamespace(pid))
  } catch {
    return undefined
  }
}

function isFirstOfItsNamespace(pid: number): boolean {
  const numbers = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split(/\s+/) ?? []
  const command = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  return numbers.length > 1 && numbers.at(-1) === '1' && command === 'systemd'
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode)
    else child.once('exit', (status) => resolve(status ?? 128))
  })
}

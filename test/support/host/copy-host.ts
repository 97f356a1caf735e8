import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { quoteShell } from '../../../src/core/quote-shell.ts'
import { localFiles } from '../../../src/host/files/local-files.ts'
import { sidecarPath } from '../../../src/host/snapshots/snapshot-name.ts'
import { copyPlaces } from '../../../src/recovery/copy/copy-places.ts'
import type { CopyWorld } from '../../../src/recovery/copy/copy-world.ts'
import { runOrder } from '../../../src/recovery/copy/run-order.ts'
import { takeSnapshot } from '../../../src/recovery/take-snapshot.ts'
import type { RecoveryHost } from '../etcd/recovery-host.ts'
import { canBeTwoAccounts, otherAccount } from './other-account.ts'

const hasTwoAccounts = canBeTwoAccounts('programs of an account of their own')

/**
 * A host whose systemd has one unit: it runs the operator's program as another account where this process can be two, and
 * kills it after a time. The way to what the account may see is open here, since nothing is mounted: modes alone keep it out.
 */
export class CopyHost {
  readonly world: CopyWorld
  /** What the program's unit logged. */
  readonly said: string[] = []
  /** How often the program was started. */
  runs = 0
  timeoutMs = 20_000
  /** What the unit has in its environment besides: the operator's drop-in. */
  environment: Readonly<Record<string, string>> = {}
  /** Where the account may write: the place of the copies. */
  readonly vault: string
  readonly #programs: string
  #result = { status: 0, result: 'success' }
  #stop = new AbortController()

  constructor(host: RecoveryHost, change: Partial<CopyWorld> = {}) {
    const { layout } = host.world
    this.#programs = mkdtempSync(join(host.root, 'programs-'))
    this.vault = join(host.root, 'vault')
    mkdirSync(this.vault)
    chmodSync(this.vault, 0o777)
    this.world = {
      ...host.world,
      run: (command, args) => this.#systemctl(command, args),
      readOwner: async () => (hasTwoAccounts ? otherAccount : undefined),
      searchPath: process.env['PATH'],
      ...change,
    }
    for (const path of [host.root, this.#programs]) chmodSync(path, 0o755)
    for (const path of [layout.snapshots, dirname(layout.snapshotConfiguration)]) mkdirSync(path, { recursive: true })
    for (let path = layout.snapshots; path !== host.root; path = dirname(path)) chmodSync(path, 0o711)
  }

  /** Takes a snapshot, as if at another time: of two in one second the names are the same. */
  async save(laterMs = 0): Promise<string> {
    const clock = { now: () => Date.now() + laterMs }
    return basename((await takeSnapshot({ ...this.world, clock })).file)
  }

  /** Has a snapshot of another host here, without asking etcd for one. */
  bring(file: string): string {
    for (const each of [file, sidecarPath(file)]) {
      const brought = join(this.world.layout.snapshots, basename(each))
      copyFileSync(each, brought)
      chmodSync(brought, 0o600)
    }
    return basename(file)
  }

  configure(settings: Readonly<Record<string, unknown>>): void {
    writeFileSync(this.world.layout.snapshotConfiguration, JSON.stringify(settings), { mode: 0o644 })
  }

  /** A program of root's, of lines of `sh`; `$VAULT` is where copies go. */
  program(name: string, script: string): string {
    return this.install(name, `#!/bin/sh\nset -eu\nVAULT='${this.vault}'\n${script}\n`)
  }

  /** A program of root's, as it is. */
  install(name: string, text: string): string {
    const file = join(this.#programs, name)
    writeFileSync(file, text, { mode: 0o755 })
    return file
  }

  /** The two programs of an operator who copies to a directory. */
  configureVault(more: Readonly<Record<string, unknown>> = {}): void {
    const copy = this.program('copy', 'cp "$1" "$2" "$VAULT/"')
    const fetch = this.program('fetch', 'stem=${1%.age}; cp "$VAULT/$1" "$VAULT/${stem%.db}.json" "$2/"')
    this.configure({ copy, fetch, ...more })
  }

  copies(): readonly string[] {
    return readdirSync(this.vault).toSorted()
  }

  /** What an act left behind for those who watch. */
  state(act: 'copy' | 'fetch'): unknown {
    return JSON.parse(readFileSync(join(this.world.layout.snapshotStates, `${act}.json`), 'utf8'))
  }

  async #systemctl(command: string, args: readonly string[]): Promise<string> {
    if (command !== 'systemctl') throw new Error(`${command} is not here`)
    if (args[0] === 'start') await this.#start()
    if (args[0] === 'stop') this.#stop.abort()
    const { status, result } = this.#result
    const code = result === 'success' || result === 'exit-code' ? 1 : 2
    return `Result=${result}\nExecMainCode=${code}\nExecMainStatus=${status}\n`
  }

  async #start(): Promise<void> {
    this.runs += 1
    const { exchange } = copyPlaces(this.world.layout)
    chmodSync(exchange, 0o711)
    this.#stop = new AbortController()
    const signal = AbortSignal.any([AbortSignal.timeout(this.timeoutMs), this.#stop.signal])
    const files = { ...localFiles, read: (path: string) => this.#asAccount(path) }
    const status = await runOrder({ view: exchange, files, say: (line) => this.said.push(line), signal })
    const result = signal.aborted ? 'timeout' : status === 0 ? 'success' : 'exit-code'
    this.#result = { status, result }
    if (status !== 0) throw new Error('failed')
  }

  /** The order, with a program that is the operator's as the account runs it. */
  async #asAccount(path: string): ReturnType<typeof localFiles.read> {
    const found = await localFiles.read(path)
    if (found === undefined) return found
    const order = JSON.parse(found.text) as { readonly program: string }
    const { uid, gid } = otherAccount
    const account = hasTwoAccounts ? `setpriv --reuid ${uid} --regid ${gid} --clear-groups ` : ''
    // As systemd does: nothing of whoever runs this.
    const environment = { PATH: process.env['PATH'] ?? '', ...this.environment }
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoteShell(value)}`)
    const line = `exec env -i ${variables.join(' ')} ${account}'${order.program}' "$@"`
    return { ...found, text: JSON.stringify({ ...order, program: this.program('as-account', line) }) }
  }
}

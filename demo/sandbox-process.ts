import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SignetError } from '../src/core/signet-error.ts'

const startTimeoutMs = 120_000
const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface SandboxMember {
  readonly name: string
  readonly clientUrl: string
  readonly peerUrl: string
}

/** A `signet sandbox` that another process runs, as a user would. */
export class SandboxProcess {
  readonly directory: string
  readonly #child: ChildProcess

  constructor(directory: string, args: readonly string[]) {
    this.directory = directory
    // It ends with the demo, however that ends.
    const command = [process.execPath, program, 'sandbox', '--dir', directory, ...args]
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], { stdio: ['ignore', 'inherit', 'pipe'] })
    // Of what the sandbox says, the demo's reader wants the progress only.
    let isReady = false
    createInterface({ input: child.stderr }).on('line', (line) => {
      isReady ||= line.startsWith('signet: ready in ')
      if (!isReady) process.stdout.write(`  ${line}\n`)
    })
    this.#child = child
  }

  /** Waits until it has written sandbox.json. */
  async untilReady(): Promise<void> {
    const deadlineMs = performance.now() + startTimeoutMs
    while (!existsSync(join(this.directory, 'sandbox.json'))) {
      if (this.#hasEnded) throw new SignetError('unavailable', 'the sandbox ended before it was ready')
      if (performance.now() > deadlineMs) {
        throw new SignetError('unavailable', `the sandbox was not ready in ${startTimeoutMs / 1000} s`)
      }
      await delay(50)
    }
  }

  get members(): readonly SandboxMember[] {
    const description: { members: SandboxMember[] } = JSON.parse(
      readFileSync(join(this.directory, 'sandbox.json'), 'utf8'),
    )
    return description.members
  }

  /** Ends it as Ctrl-C does, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await ended
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }
}

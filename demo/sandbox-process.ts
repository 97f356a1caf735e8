import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

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

  private constructor(directory: string, child: ChildProcess) {
    this.directory = directory
    this.#child = child
  }

  /** Starts one and waits until it has written sandbox.json. */
  static async start(directory: string, args: readonly string[], startTimeoutMs = 120_000): Promise<SandboxProcess> {
    const child = spawn(process.execPath, [program, 'sandbox', '--dir', directory, ...args], {
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    // Of what the sandbox says, the demo's reader wants the progress only.
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!line.startsWith('  try:') && !line.includes('openssl req') && !line.includes('| base64'))
        process.stdout.write(`  ${line}\n`)
    })
    const deadlineMs = performance.now() + startTimeoutMs
    while (!existsSync(join(directory, 'sandbox.json'))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the sandbox ended before it was ready')
      if (performance.now() > deadlineMs) {
        child.kill('SIGTERM')
        throw new Error(`the sandbox was not ready in ${startTimeoutMs / 1000} s`)
      }
      await delay(50)
    }
    return new SandboxProcess(directory, child)
  }

  get members(): readonly SandboxMember[] {
    const description: { members: SandboxMember[] } = JSON.parse(
      readFileSync(join(this.directory, 'sandbox.json'), 'utf8'),
    )
    return description.members
  }

  /** Ends it as Ctrl-C does, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await ended
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dyingWithParent } from '../../../scripts/set-up/dying-with-parent.mjs'
import { ownMain } from '../shell/own-program.ts'
import { type ShellResult, shell } from '../shell/shell.ts'

const checkout = join(import.meta.dirname, '../../..')
const tools = join(checkout, '.cache/tools/bin')

/** What sandbox.json promises. */
export interface SandboxDescription {
  readonly ssh: { readonly host: string; readonly port: number; readonly user: string }
  readonly members: readonly { name: string; clientUrl: string; peerUrl: string; pid: number }[]
  readonly caFile: string
  readonly adminCertFile: string
  readonly adminKeyFile: string
  readonly pids: { readonly authority: number; readonly endpoint: number }
}

/** Where the programs of the checkout's cache stand behind the machine's own. */
export const pathWithTools = `${process.env['PATH']}${delimiter}${tools}`

/** A `signet sandbox` in a process of its own, with a directory beside it to work in. */
export class SandboxFixture {
  readonly workspace = mkdtempSync(join(realpathSync(tmpdir()), 'signet-test-'))
  readonly directory: string
  #child: ChildProcess | undefined
  #said = ''

  constructor(name = 'sandbox') {
    this.directory = join(this.workspace, name)
  }

  /** The process itself, for tests that end it their own way. */
  get child(): ChildProcess {
    if (this.#child === undefined) throw new Error('the sandbox was not started')
    return this.#child
  }

  /** What it wrote on standard error so far. */
  get said(): string {
    return this.#said
  }

  get description(): SandboxDescription {
    return JSON.parse(readFileSync(join(this.directory, 'sandbox.json'), 'utf8'))
  }

  async start(...args: readonly string[]): Promise<void> {
    this.launch(...args)
    await this.until(() => existsSync(join(this.directory, 'sandbox.json')))
  }

  /** Starts it and does not wait until it is ready. */
  launch(...args: readonly string[]): void {
    // A test run that is killed leaves no sandbox behind.
    const { file, args: words } = dyingWithParent(process.execPath, [
      ownMain,
      'sandbox',
      '--dir',
      this.directory,
      ...args,
    ])
    this.#child = spawn(file, words, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, PATH: pathWithTools },
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
    })
  }

  /** Waits for what must happen soon; fails with what the sandbox said. */
  async until(happened: () => boolean | Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + 30_000
    while (!(await happened())) {
      if (performance.now() > deadlineMs) throw new Error(`waited in vain; the sandbox said:\n${this.#said}`)
      await delay(20)
    }
  }

  /** The processes whose command line names this sandbox, the one that runs it included. */
  pids(): readonly number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && commandLineOf(name).includes(this.directory))
      .map(Number)
      .filter(isAlive)
  }

  /** Runs `signet`, with words of `sh` behind it, in the workspace; variables of the shell may be set for it. */
  signet(line: string, variables = ''): Promise<ShellResult> {
    return this.run(`${variables} ${this.signetLine(line)}`)
  }

  /** The words of `sh` that run `signet`. */
  signetLine(line: string): string {
    return `${process.execPath} ${ownMain} ${line}`
  }

  /** Runs a line of the runbook in the workspace; `HOSTNAME` is kubemaster-1. */
  run(line: string): Promise<ShellResult> {
    return shell(line, {
      directory: this.workspace,
      environment: { PATH: pathWithTools, HOSTNAME: 'kubemaster-1' },
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
    }
    rmSync(this.workspace, { recursive: true, force: true })
  }
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Whether a process with this id exists and is more than a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Resident memory of a process, bytes (proc(5), VmRSS). */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

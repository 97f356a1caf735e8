import { type ChildProcess, spawn } from 'node:child_process'
import { notStarted } from './program-failure.ts'

/** A program that is run to its end, and all that it may take. */
export interface BoundedProgram {
  readonly command: string
  readonly args: readonly string[]
  readonly input: string
  /** The whole environment; that of this process where it is not given. */
  readonly environment?: NodeJS.ProcessEnv | undefined
  /** Where it begins; where this process is if it is not given. */
  readonly directory?: string | undefined
  /** Ends it early. A Ctrl-C at the terminal then reaches this process alone. */
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs: number
  /** Most bytes taken of standard output. Of standard error the first 16 KiB are kept, and the rest read past. */
  readonly maxOutputBytes: number
}

/** How a program ended. */
export interface ProgramEnd {
  readonly how: 'exited' | 'killed' | 'timed-out' | 'too-much-output' | 'interrupted'
  /** Null unless it exited. */
  readonly exitStatus: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** Runs a bounded program; a test puts another in its place. */
export type RunBounded = (program: BoundedProgram) => Promise<ProgramEnd>

const maxErrorBytes = 16 * 1024

/** Runs a program with standard input, and kills it when it takes too long or says too much. */
export async function runWithInput(program: BoundedProgram): Promise<ProgramEnd> {
  const { command, args, environment, directory, signal } = program
  const detached = signal !== undefined
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment, cwd: directory, detached })
  const watched = new WatchedProgram(child, program)
  return watched.ended()
}

class WatchedProgram {
  readonly #child: ChildProcess
  readonly #program: BoundedProgram
  readonly #stdout: Buffer[] = []
  readonly #stderr: Buffer[] = []
  #outputBytes = 0
  #errorBytes = 0
  #killedFor: ProgramEnd['how'] | undefined

  constructor(child: ChildProcess, program: BoundedProgram) {
    this.#child = child
    this.#program = program
  }

  async ended(): Promise<ProgramEnd> {
    const { timeoutMs, signal } = this.#program
    const timer = setTimeout(() => this.#kill('timed-out'), timeoutMs)
    const interrupt = (): void => this.#kill('interrupted')
    signal?.addEventListener('abort', interrupt)
    if (signal?.aborted) interrupt()
    try {
      return await this.#run()
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
    }
  }

  #run(): Promise<ProgramEnd> {
    return new Promise((resolve, reject) => {
      const { stdin, stdout, stderr } = this.#child
      stdout?.on('data', (chunk: Buffer) => this.#takeOutput(chunk))
      stderr?.on('data', (chunk: Buffer) => this.#takeError(chunk))
      // A program that ends without having read its input is judged by its status, not by the broken pipe.
      stdin?.on('error', () => {})
      stdin?.end(this.#program.input)
      this.#child.once('error', (cause) => reject(notStarted(this.#program.command, cause)))
      this.#child.once('close', (exitStatus, signal) => resolve(this.#end(exitStatus, signal)))
      // Whatever it started may hold the pipes open for ever; what matters was read when it ended.
      this.#child.once('exit', () => setTimeout(() => this.#closePipes(), 1000).unref())
    })
  }

  #end(exitStatus: number | null, signal: NodeJS.Signals | null): ProgramEnd {
    const how = this.#killedFor ?? (signal === null ? 'exited' : 'killed')
    const stdout = Buffer.concat(this.#stdout)
    return { how, exitStatus: how === 'exited' ? exitStatus : null, stdout, stderr: Buffer.concat(this.#stderr) }
  }

  #takeOutput(chunk: Buffer): void {
    this.#outputBytes += chunk.length
    if (this.#outputBytes > this.#program.maxOutputBytes) this.#kill('too-much-output')
    else this.#stdout.push(chunk)
  }

  #takeError(chunk: Buffer): void {
    const room = maxErrorBytes - this.#errorBytes
    if (room <= 0) return
    this.#stderr.push(chunk.subarray(0, room))
    this.#errorBytes += chunk.length
  }

  #kill(why: ProgramEnd['how']): void {
    this.#killedFor ??= why
    this.#child.kill('SIGKILL')
    this.#closePipes()
  }

  #closePipes(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }
}

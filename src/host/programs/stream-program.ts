import { type ChildProcess, spawn } from 'node:child_process'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { notStarted } from './program-failure.ts'

/** A program whose standard output may be larger than memory. */
export interface StreamedProgram {
  readonly command: string
  readonly args: readonly string[]
  /** What it reads on standard input; a few lines. */
  readonly input: string
  readonly timeoutMs: number
  /** Ends it where the operator interrupts. */
  readonly signal: AbortSignal
}

/** It ran and did not end well; `said` is what it said last but one word of ours, quoted. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed'
  readonly said: string

  constructor(command: string, said: string) {
    super(`${command} failed`)
    this.said = said
  }
}

const mostErrorBytes = 4096

/**
 * The standard output of a program, chunk by chunk, as fast as it is taken. The kernel kills the program when this process
 * dies, and whoever takes no more ends it. Throws `ProgramFailed` where it ends with another status than 0.
 */
export async function* streamProgram(program: StreamedProgram): AsyncGenerator<Buffer, void, undefined> {
  const { command, args, input, timeoutMs, signal } = program
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    signal,
  })
  const [ended, errors] = [untilEnded(child), keepErrors(child)]
  // Looked at below; until then nobody waits for it.
  ended.catch(() => {})
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    yield* child.stdout
    const status = await ended
    if (status !== 'status 0') throw new ProgramFailed(command, errors() ?? `it ended with ${status}`)
  } finally {
    child.kill('SIGKILL')
  }
}

function untilEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(cause.name === 'AbortError' ? cause : notStarted('setpriv', cause)))
    child.once('close', (status, signal) => resolve(signal ?? `status ${status}`))
  })
}

/** The first line that it said on standard error, quoted; undefined where it said nothing. */
function keepErrors(child: ChildProcess): () => string | undefined {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    if (text.length < mostErrorBytes) text += chunk.toString('latin1', 0, mostErrorBytes)
  })
  return () => {
    const line = text.split('\n').find((each) => each.trim() !== '')
    return line === undefined ? undefined : quoteUntrusted(line)
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { notStarted } from './program-failure.ts'

/** A program whose words go to a log that people read. */
export interface RelayedProgram {
  readonly command: string
  readonly args: readonly string[]
  /** Takes one line that is safe to print. */
  readonly say: (line: string) => void
  /** Aborted where the program must end before its time. */
  readonly signal: AbortSignal
}

const mostLines = 200
/** Of a line without an end no more is kept. */
const mostLineLength = 1000
/** What `quoteUntrusted` leaves whole, unless much of it is no plain text. */
const pieceLength = 120
const lastWordsMs = 1000

/**
 * Runs a program to its end and returns its exit status, 128 and more for a signal. What it says is passed on line by line,
 * quoted, as far as anybody reads it; the rest is counted, so that it neither waits for a reader nor fills the log. It is the
 * first of a process group of its own, which is killed as a whole.
 */
export async function runRelayed({ command, args, say, signal }: RelayedProgram): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const kill = (): void => killGroup(child)
  signal.addEventListener('abort', kill)
  if (signal.aborted) kill()
  const relay = new LineRelay(say)
  for (const stream of [child.stdout, child.stderr]) relay.take(stream)
  try {
    return await untilEnded(child, command)
  } finally {
    signal.removeEventListener('abort', kill)
    relay.finish()
  }
}

function untilEnded(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(command, cause)))
    child.once('exit', (status, signal) => {
      const code = status ?? 128 + (signal === null ? 0 : constants.signals[signal])
      // What it left behind has nobody to report to.
      killGroup(child)
      // Its last words are on their way; who left its group may hold its streams open for ever.
      const timer = setTimeout(() => resolve(code), lastWordsMs)
      child.once('close', () => {
        clearTimeout(timer)
        resolve(code)
      })
    })
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended, and all that it started.
  }
}

/** Lines of one or more streams, the first of them passed on. */
class LineRelay {
  readonly #say: (line: string) => void
  readonly #rests = new Map<NodeJS.ReadableStream, string>()
  #lines = 0

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  take(stream: NodeJS.ReadableStream): void {
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => this.#add(stream, chunk.toString('utf8')))
  }

  finish(): void {
    for (const rest of this.#rests.values()) this.#pass(rest)
    const left = this.#lines - mostLines
    if (left > 0) this.#say(`and ${left} further lines, which are left out`)
  }

  #add(stream: NodeJS.ReadableStream, text: string): void {
    const lines = `${this.#rests.get(stream) ?? ''}${text}`.split(/[\r\n]+/)
    this.#rests.set(stream, (lines.pop() ?? '').slice(0, mostLineLength))
    for (const line of lines) this.#pass(line)
  }

  #pass(line: string): void {
    if (line.trim() === '') return
    if (this.#lines < mostLines) for (const piece of piecesOf(line)) this.#passPiece(piece)
    else this.#lines += 1
  }

  #passPiece(piece: string): void {
    this.#lines += 1
    if (this.#lines <= mostLines) this.#say(quoteUntrusted(piece))
  }
}

/** What went wrong may stand at the end of a line. */
function piecesOf(line: string): readonly string[] {
  return line.slice(0, mostLineLength).match(new RegExp(`.{1,${pieceLength}}`, 'gsu')) ?? []
}

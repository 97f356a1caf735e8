import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'

/** How a command ended. */
export interface CommandEnd {
  /** 128 and the signal's number where a signal ended it: 137 where it heeded neither its time nor SIGTERM. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions extends Pick<SpawnOptions, 'cwd' | 'env'> {
  readonly input?: string
  /** What somebody types, one after the other, whenever the program shows a prompt that ends with a colon. */
  readonly answers?: readonly string[]
  /** Called with each whole line of standard error while the command runs. */
  readonly onLine?: (line: string) => void
}

/** Runs a command to its end. */
export function endOfCommand(
  program: string,
  args: readonly string[],
  { input = '', answers, onLine, ...options }: CommandOptions = {},
): Promise<CommandEnd> {
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  let shown = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
    const end = said.stderr.lastIndexOf('\n') + 1
    if (onLine !== undefined && end > shown) {
      for (const line of said.stderr.slice(shown, end - 1).split('\n')) onLine(line)
      shown = end
    }
  })
  // A command that ends without reading all of it is none of our business.
  child.stdin.on('error', () => {})
  if (answers === undefined) child.stdin.end(input)
  else typeAnswers(child, answers)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve({ ...said, status: status ?? 128 + numberOf(signal) }))
  })
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal]
}

const typingMs = 700

function typeAnswers({ stdin, stdout }: ChildProcessWithoutNullStreams, answers: readonly string[]): void {
  const left = [...answers]
  stdout.on('data', (text: string) => {
    if (!/(:|\[y\/N\])\s*$/.test(text) || left.length === 0) return
    const answer = `${left.shift()}\n`
    // Programs throw away what was typed before they have stopped the echo.
    setTimeout(() => stdin.write(answer), typingMs)
  })
}

/** Runs a command that must succeed; answers with its standard output. */
export async function runCommand(program: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  const { status, stdout, stderr } = await endOfCommand(program, args, options)
  if (status === 0) return stdout
  throw new Error(`${program} ${args.join(' ')}: status ${status}\n${lastLines(stdout)}${lastLines(stderr)}`)
}

/** What is worth showing of much text: its end. */
export function lastLines(text: string, count = 15): string {
  const lines = text.trimEnd().split('\n').slice(-count)
  return text.trim() === '' ? '' : `${lines.map((line) => `    ${line}`).join('\n')}\n`
}

/** Does the work between two lines of progress. */
export async function withSignOfLife<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedMs = performance.now()
  process.stderr.write(`test:hosts: ${what} ...\n`)
  const value = await work()
  process.stderr.write(`test:hosts: ${what}: done in ${((performance.now() - startedMs) / 1000).toFixed(0)} s\n`)
  return value
}

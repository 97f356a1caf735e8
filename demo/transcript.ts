import { spawn } from 'node:child_process'

/** A command of the runbook, as an operator types it, and what must come of it. */
export interface Step {
  readonly title?: string
  /** A line for `sh`, run in the demo's directory. */
  readonly command: string
  /** `fails`: a non-zero exit status is what must happen. */
  readonly outcome?: 'succeeds' | 'fails'
  /** What standard output or standard error must hold. */
  readonly shows?: RegExp
}

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly elapsedMs: number
}

interface Terminal {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly write: (text: string) => void
}

/** Runs commands one after the other, prints each with what came back, and counts what is not as it should be. */
export class Transcript {
  readonly #terminal: Terminal
  #failures = 0
  #steps = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  get steps(): number {
    return this.#steps
  }

  get failures(): number {
    return this.#failures
  }

  /** Prints words of explanation. */
  say(text: string): void {
    this.#terminal.write(`\n# ${text}\n`)
  }

  /** Runs one step. What the demo needs further on, it returns. */
  async run(step: Step): Promise<Outcome> {
    this.#steps += 1
    if (step.title !== undefined) this.say(step.title)
    this.#terminal.write(`$ ${step.command}\n`)
    const outcome = await runInShell(step.command, this.#terminal)
    this.#terminal.write(indent(outcome.stdout) + indent(outcome.stderr))
    const complaint = judge(step, outcome)
    this.#terminal.write(`  (${(outcome.elapsedMs / 1000).toFixed(2)} s${describeEnd(outcome, complaint)})\n`)
    if (complaint !== undefined) this.#failures += 1
    return outcome
  }

  /** Checks what no single command shows. */
  require(isTrue: boolean, what: string): void {
    this.#steps += 1
    if (!isTrue) this.#failures += 1
    this.#terminal.write(`  ${isTrue ? 'checked' : 'NOT AS IT SHOULD BE'}: ${what}\n`)
  }
}

function judge({ outcome = 'succeeds', shows }: Step, { status, stdout, stderr }: Outcome): string | undefined {
  if ((status === 0) !== (outcome === 'succeeds')) return `it must ${outcome === 'succeeds' ? 'succeed' : 'fail'}`
  if (shows !== undefined && !shows.test(`${stdout}\n${stderr}`)) return `it must show ${shows}`
  return undefined
}

// What went well and ended with 0, as nearly all does, needs no words.
function describeEnd({ status }: Outcome, complaint: string | undefined): string {
  if (complaint !== undefined) return `, exit status ${status}, NOT AS IT SHOULD BE: ${complaint}`
  return status === 0 ? '' : `, exit status ${status}, as it should be`
}

function indent(text: string): string {
  return text.trimEnd() === '' ? '' : `${text.trimEnd().replace(/^/gm, '  ')}\n`
}

const stepTimeoutMs = 60_000

function runInShell(command: string, { directory, environment }: Terminal): Promise<Outcome> {
  const startedMs = performance.now()
  const child = spawn('sh', ['-c', command], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: stepTimeoutMs,
  })
  const streams = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      streams[name] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) =>
      resolve({ ...streams, status: status ?? -1, elapsedMs: performance.now() - startedMs }),
    )
  })
}

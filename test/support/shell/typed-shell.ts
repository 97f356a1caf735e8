import { type ChildProcess, spawn } from 'node:child_process'

const mostMs = 15_000
const [bell, esc] = [String.fromCharCode(7), String.fromCharCode(27)]
const escapes = new RegExp(`${esc}(?:\\[[0-9;?>=]*[a-zA-Z]|[=>()][AB0]?|\\][^${bell}]*${bell})`, 'g')

/** A shell at a terminal of its own, into which a test types as a person does. */
export class TypedShell {
  readonly #child: ChildProcess
  #shown = ''
  #told: () => void = () => {}

  /** Starts it, 80 columns wide; `script` of util-linux brings the terminal. */
  constructor(line: string, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    const typed = `stty cols 80 rows 40; exec ${line}`
    this.#child = spawn('script', ['-qfec', typed, '/dev/null'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text
      this.#told()
    })
  }

  /** Types these keys; what was shown before is forgotten. */
  type(keys: string): void {
    this.#shown = ''
    this.#child.stdin?.write(keys)
  }

  /** What has been shown since, once this is in it, or as much as there was after some seconds. */
  async shown(wanted: RegExp): Promise<string> {
    const deadline = AbortSignal.timeout(mostMs)
    while (!wanted.test(this.text) && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        this.#told = resolve
        deadline.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    return this.text
  }

  /** Without what moves the cursor, paints and rings. */
  get text(): string {
    return this.#shown.replace(escapes, '').replaceAll(bell, '').replaceAll('\r', '')
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve))
    // Ctrl-C leaves the line, whatever is on it.
    this.#child.stdin?.write('\u0003')
    this.#child.stdin?.end('exit\n')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), mostMs)
    await ended
    clearTimeout(timer)
  }
}

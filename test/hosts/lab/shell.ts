import { setTimeout as delay } from 'node:timers/promises'
import { type CommandEnd, type CommandOptions, endOfCommand, lastLines } from '../set-up/command.ts'

export interface ScriptOptions extends Pick<CommandOptions, 'input' | 'answers' | 'onLine'> {
  readonly timeoutSeconds?: number
}

const clean = [
  ...['env', '--chdir=/root', '-i'],
  'HOME=/root',
  'LANG=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
]

/** What root types on a host. */
export class Shell {
  readonly name: string
  /** What root's umask is set to, as some hardened hosts have it; Debian's 022 where it is not given. */
  umask: string | undefined
  readonly #init: () => number

  /** `init` is the first process of the host, in whose namespaces everything is run. */
  constructor(name: string, init: () => number) {
    this.name = name
    this.#init = init
  }

  /** Runs a script of bash as root; whatever its status is. */
  tryRun(script: string, { timeoutSeconds = 60, ...options }: ScriptOptions = {}): Promise<CommandEnd> {
    const limit = ['timeout', '--kill-after=2', `${timeoutSeconds}`]
    const masked = this.umask === undefined ? script : `umask ${this.umask}\n${script}`
    return endOfCommand('nsenter', [...this.#enter(), ...clean, ...limit, 'bash', '-c', masked], options)
  }

  /** Runs a script of bash as root, which must succeed; answers with its standard output. */
  async run(script: string, options?: ScriptOptions): Promise<string> {
    const { status, stdout, stderr } = await this.tryRun(script, options)
    if (status === 0) return stdout
    throw new Error(`${this.name}: ${script}: status ${status}\n${lastLines(stdout)}${lastLines(stderr)}`)
  }

  /** Runs a command at a terminal of its own, where somebody answers its prompts; its status must be 0. */
  async runAtTerminal(command: string, answers: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await this.tryRun(`script --quiet --return --command '${command}' /dev/null`, {
      answers,
    })
    if (status !== 0) throw new Error(`${this.name}: ${command}: status ${status}\n${stdout}${stderr}`)
  }

  /** Waits until a script succeeds. */
  async until(script: string, limitSeconds: number, what = script): Promise<void> {
    const limitMs = performance.now() + limitSeconds * 1000
    let end = await this.tryRun(script)
    while (end.status !== 0) {
      if (performance.now() > limitMs) {
        const said = `${lastLines(end.stdout)}${lastLines(end.stderr)}`
        throw new Error(`${this.name}: not within ${limitSeconds} s: ${what}\n${said}`)
      }
      await delay(200)
      end = await this.tryRun(script)
    }
  }

  #enter(): readonly string[] {
    return ['--target', `${this.#init()}`, '--all', '--']
  }
}

import { spawn } from 'node:child_process'

export interface ClientResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ClientInput {
  /** Standard input; an empty one where it is not given, `'open'` for one that never ends. */
  readonly input?: string | Uint8Array | 'open' | undefined
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
}

/** Runs a program beside this process, which may be serving it, to its end. */
export function runClient(command: string, args: readonly string[], options: ClientInput = {}): Promise<ClientResult> {
  const { input = '', env, timeoutMs = 15_000 } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, timeout: timeoutMs, killSignal: 'SIGKILL' })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    // A server that has heard enough closes its end, and the rest of our input finds nobody.
    child.stdin.on('error', () => {})
    if (input !== 'open') child.stdin.end(input)
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stdout: stdout(), stderr: stderr() }))
  })
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('latin1')
}

import { spawn } from 'node:child_process'

export interface ShellResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

interface ShellPlace {
  readonly directory: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs one line of `sh`, as an operator types it; never longer than half a minute. */
export function shell(line: string, { directory, environment }: ShellPlace): Promise<ShellResult> {
  const child = spawn('sh', ['-c', line], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  })
  const result = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      result[name] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ ...result, status: status ?? -1 }))
  })
}

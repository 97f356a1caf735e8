import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median } from './median.ts'

const rounds = 5
const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

/** Measures how long a sandbox takes from its command to its first answer, and reports it as Markdown. */
export async function reportSandbox(print: (line: string) => void): Promise<void> {
  print(`## A sandbox, from the command until it is ready (medians of ${rounds})\n`)
  print('| members | s | fastest, s |\n|---|---|---|')
  for (const members of [1, 3]) {
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) times.push(await measureSeconds(members))
    print(`| ${members} | ${median(times).toFixed(2)} | ${Math.min(...times).toFixed(2)} |`)
  }
  print('')
}

async function measureSeconds(members: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  const command = [process.execPath, program, 'sandbox', '--dir', join(directory, 's'), '--members', `${members}`]
  try {
    const startedAtMs = performance.now()
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'exit')
    let readyMs = Number.NaN
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.startsWith('signet: ready in ')) continue
      readyMs = performance.now() - startedAtMs
      child.kill('SIGTERM')
    }
    await ended
    if (Number.isNaN(readyMs)) throw new Error('the sandbox did not start')
    return readyMs / 1000
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

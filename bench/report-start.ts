import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildExecutable } from '../scripts/package/build-executable.ts'
import { version } from '../src/core/version.ts'
import { median } from './median.ts'

const runs = 101

/** Measures how long one start of the packaged program takes, beside that of its runtime alone, and reports it as Markdown. */
export async function reportStart(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    const executable = join(directory, 'signet')
    await buildExecutable(executable, { work: directory, version })
    const contenders = [
      { title: '`signet version`', command: executable, args: ['version'] },
      { title: '`node -e 0`: the runtime alone', command: process.execPath, args: ['-e', '0'] },
    ]
    const times = contenders.map(() => [] as number[])
    for (let run = 0; run < runs; run += 1)
      for (const [index, { command, args }] of contenders.entries()) times[index]?.push(measureMs(command, args))
    print(`## One start of the program, medians of ${runs} in turn\n`)
    print('| | ms | fastest, ms |\n|---|---|---|')
    for (const [index, { title }] of contenders.entries()) print(formatRow(title, times[index] ?? []))
    print('')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function measureMs(command: string, args: readonly string[]): number {
  const startedMs = performance.now()
  const { status } = spawnSync(command, args)
  if (status !== 0) throw new Error(`${command} ended with ${status}`)
  return performance.now() - startedMs
}

function formatRow(title: string, timesMs: readonly number[]): string {
  return `| ${title} | ${median(timesMs).toFixed(1)} | ${Math.min(...timesMs).toFixed(1)} |`
}

import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'

const srcAlone = ['--no-progress', '--production', '--config', 'knip.src.jsonc', '--include', 'files,exports,types']

/** What `npm run check` runs, and what each is there to find. */
const checks = [
  { what: 'types', program: 'typescript/bin/tsc', args: [] },
  { what: 'format and lint', program: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
  { what: 'unused code', program: 'knip/bin/knip.js', args: ['--no-progress'] },
  { what: 'code of src that only tests use', program: 'knip/bin/knip.js', args: srcAlone },
] as const

type Check = (typeof checks)[number]

/** Runs one check, prints one line for it, and its output where it fails; answers whether it passed. */
async function runCheck({ what, program, args }: Check): Promise<boolean> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [`node_modules/${program}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const { output, status } = await finish(child)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${what} (${seconds} s)\n${status === 0 ? '' : output}`)
  return status === 0
}

function finish(child: ChildProcess): Promise<{ readonly output: string; readonly status: number | null }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ output, status }))
  })
}

const passed: boolean[] = []
for (const check of checks) passed.push(await runCheck(check))
process.exitCode = passed.every(Boolean) ? 0 : 1

// Measures what the documents claim, side by side in one run, and prints it as Markdown: `npm run bench -- [SECTION...]`.
// With --write it also goes into docs/BENCHMARKS.md, with its chart.
import { cpus, loadavg, release } from 'node:os'
import { reportJoins } from './report-joins.ts'
import { reportMemory } from './report-memory.ts'
import { reportRenewals } from './report-renewals.ts'
import { reportSandbox } from './report-sandbox.ts'
import { reportSigning } from './report-signing.ts'
import { reportSnapshot } from './report-snapshot.ts'
import { reportSsh } from './report-ssh.ts'
import { reportStart } from './report-start.ts'
import { writeChart, writeSection } from './write-section.ts'

type Print = (line: string) => void
type Draw = (name: string, svg: string) => void

const sections: Readonly<Record<string, (print: Print, draw: Draw) => void | Promise<void>>> = {
  signing: reportSigning,
  join: reportJoins,
  snapshot: reportSnapshot,
  renewals: reportRenewals,
  ssh: reportSsh,
  memory: reportMemory,
  start: reportStart,
  sandbox: reportSandbox,
}

const isWriting = process.argv.includes('--write')
const given = process.argv.slice(2).filter((argument) => argument !== '--write')
const unknown = given.find((name) => !Object.hasOwn(sections, name))

if (unknown !== undefined) {
  process.stderr.write(`no such section; give any of: ${Object.keys(sections).join(' ')}\n`)
  process.exitCode = 64
} else {
  const measured = describeMachine()
  process.stdout.write(`${measured}\n\n`)
  for (const [name, report] of Object.entries(sections)) {
    if (given.length === 0 || given.includes(name)) await run(name, report, [measured, ''])
  }
}

async function run(name: string, report: (print: Print, draw: Draw) => unknown, lines: string[]): Promise<void> {
  const print = (line: string): void => {
    lines.push(line)
    process.stdout.write(`${line}\n`)
  }
  await report(print, (chart, svg) => {
    if (isWriting) writeChart(chart, svg)
  })
  if (isWriting) writeSection(name, lines)
}

function describeMachine(): string {
  const [cpu] = cpus()
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${cpus().length} × ${cpu?.model.trim()}, Linux ${release()}, Node.js ${process.version}`
  // Of other work, before ours began: on a busy machine only ratios and CPU time mean anything.
  return `Measured ${date} on ${machine}; load ${loadavg()[0]?.toFixed(1)} before it began.`
}

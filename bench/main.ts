// Measures what the documents claim, side by side in one run, and prints it as Markdown: `npm run bench -- [SECTION...]`.
import { cpus, release } from 'node:os'
import { reportJoins } from './report-joins.ts'
import { reportRenewals } from './report-renewals.ts'
import { reportSigning } from './report-signing.ts'
import { reportMemory, reportSsh } from './report-ssh.ts'
import { reportStart } from './report-start.ts'

const sections: Readonly<Record<string, (print: (line: string) => void) => void | Promise<void>>> = {
  signing: reportSigning,
  join: reportJoins,
  renewals: reportRenewals,
  ssh: reportSsh,
  memory: reportMemory,
  start: reportStart,
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const given = process.argv.slice(2)
const unknown = given.find((name) => !Object.hasOwn(sections, name))

if (unknown !== undefined) {
  process.stderr.write(`no such section; give any of: ${Object.keys(sections).join(' ')}\n`)
  process.exitCode = 64
} else {
  const [cpu] = cpus()
  const date = new Date().toISOString().slice(0, 10)
  print(
    `Measured ${date} on ${cpus().length} × ${cpu?.model.trim()}, Linux ${release()}, Node.js ${process.version}.\n`,
  )
  for (const [name, report] of Object.entries(sections)) {
    if (given.length === 0 || given.includes(name)) await report(print)
  }
}

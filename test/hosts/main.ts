// Boots Debian hosts, installs the packages on them, and does to them what happens to hosts: npm run test:hosts.
import process from 'node:process'
import { parseOptions, UsageError, usage } from './runner/options.ts'
import { formatTable } from './runner/report-table.ts'
import { scenarios } from './scenarios.ts'
import { Interrupted, runIsolated } from './set-up/isolation.ts'
import { setUp } from './set-up/set-up.ts'
import { Unable } from './set-up/unable.ts'

try {
  // Modes are part of what is on the disk of a host, whatever the umask of whoever runs this is.
  process.umask(0o022)
  const names = scenarios.map(({ name }) => name)
  const { releases, packages, ...wanted } = parseOptions(process.argv.slice(2), names)
  const prepared = await setUp(releases, packages)
  // Side by side: most of the time is spent on waiting for hosts.
  const verdicts = (await Promise.all(prepared.map((hosts) => runIsolated({ ...hosts, ...wanted })))).flat()
  process.stdout.write(formatTable(verdicts))
  process.exitCode = verdicts.length > 0 && verdicts.every(({ failure }) => failure === undefined) ? 0 : 1
} catch (error) {
  process.exitCode = explain(error)
}

/** Says why nothing, or not all, was tested; answers with the exit status to end with. */
function explain(error: unknown): number {
  if (error instanceof Interrupted) return error.exitStatus
  if (error instanceof UsageError) {
    process.stderr.write(`test:hosts: ${error.message}\n${usage}`)
    return 64
  }
  if (!(error instanceof Unable)) throw error
  process.stderr.write(`test:hosts: NOT RUN: ${error.message}\n`)
  return 69
}

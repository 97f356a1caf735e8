// Boots Debian hosts, installs the packages on them, and does to them what happens to hosts: npm run test:hosts.
import process from 'node:process'
import { parseOptions, UsageError, usage } from './runner/options.ts'
import { scenarios } from './scenarios.ts'
import { runIsolated } from './set-up/isolation.ts'
import { setUp } from './set-up/set-up.ts'
import { Unable } from './set-up/unable.ts'

try {
  const options = parseOptions(
    process.argv.slice(2),
    scenarios.map(({ name }) => name),
  )
  const prepared = await setUp(options)
  process.exitCode = await runIsolated({ ...options, ...prepared })
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`test:hosts: ${error.message}\n${usage}`)
    process.exitCode = 64
  } else if (error instanceof Unable) {
    process.stderr.write(`test:hosts: NOT RUN: ${error.message}\n`)
    process.exitCode = 69
  } else throw error
}

// What `main.ts` starts in namespaces of its own: boots hosts of one release, goes through the scenarios, and prints the
// verdicts as JSON.
import process from 'node:process'
import { makeNetworks } from './lab/network.ts'
import { runScenarios } from './runner/run-scenarios.ts'
import { runCommand } from './set-up/command.ts'
import type { PreparedHosts } from './set-up/set-up.ts'

export interface InsideSettings extends PreparedHosts {
  /** The directory with Debian's monitoring, where a scenario wants it. */
  readonly monitoring?: string | undefined
  /** Names of scenarios. */
  readonly only: readonly string[]
  /** Where to remember what has passed. */
  readonly passedDirectory?: string | undefined
  readonly runId: string
  readonly umask?: string | undefined
}

// It is main.ts that ends us; a Ctrl-C reaches every process of the terminal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const settings: InsideSettings = JSON.parse(process.argv[2] ?? '')
// What is unmounted here is to be unmounted in all containers too, which have copies of all mounts.
await runCommand('mount', ['--make-rshared', '/'])
// Where systemd-nspawn keeps its own things of each container.
await runCommand('mkdir', ['-p', '/run/systemd/nspawn'])
await runCommand('mount', ['-t', 'tmpfs', 'tmpfs', '/run/systemd/nspawn'])
await makeNetworks()
const verdicts = await runScenarios(settings)
process.stdout.write(JSON.stringify(verdicts), () => process.exit(0))

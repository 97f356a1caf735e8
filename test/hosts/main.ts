// Boots Debian hosts, installs the packages on them, and does to them what happens to hosts: npm run test:hosts.
import process from 'node:process'
import { type Choice, chooseAll, spreadScenarios } from './runner/choose-scenarios.ts'
import { type Options, parseOptions, UsageError, usage } from './runner/options.ts'
import { findPassed, withoutPassed } from './runner/passed.ts'
import { formatTable } from './runner/report-table.ts'
import { alerts } from './scenarios/alerts.ts'
import { etcdUse } from './scenarios/etcd-use.ts'
import { quorumLostAt34, quorumLostAt36 } from './scenarios/quorum-lost-elsewhere.ts'
import { scenarios } from './scenarios.ts'
import { Interrupted, runIsolated } from './set-up/isolation.ts'
import { ensureMonitoringPackages } from './set-up/monitoring-packages.ts'
import { setUp } from './set-up/set-up.ts'
import { Unable } from './set-up/unable.ts'
import { ensureUpgradeEtcds } from './set-up/upgrade-etcds.ts'

try {
  // Modes are part of what is on the disk of a host, whatever the umask of whoever runs this is.
  process.umask(0o022)
  const names = scenarios.map(({ name }) => name)
  const options = parseOptions(process.argv.slice(2), names)
  const { packages, umask } = options
  const passedDirectory = options.all ? await findPassed(umask) : undefined
  const choice = choose(options, passedDirectory)
  if (choice.size === 0) process.stdout.write('test:hosts: all that was asked for has passed at this commit\n')
  await ensureWantedEtcds([...choice.values()].flat())
  const prepared = choice.size === 0 ? [] : await setUp([...choice.keys()], packages)
  // Side by side: most of the time is spent on waiting for hosts.
  const runs = prepared.map(async (hosts) => {
    const only = choice.get(hosts.release) ?? []
    const { release, baseRoot } = hosts
    const monitoring = only.includes(alerts.name) ? await ensureMonitoringPackages(release, baseRoot) : undefined
    return runIsolated({ ...hosts, monitoring, umask, passedDirectory, only })
  })
  const verdicts = (await Promise.all(runs)).flat()
  process.stdout.write(formatTable(verdicts))
  const isWhole = choice.size === 0 || verdicts.length > 0
  process.exitCode = isWhole && verdicts.every(({ failure }) => failure === undefined) ? 0 : 1
} catch (error) {
  process.exitCode = explain(error)
}

function choose({ all, only, releases }: Options, passedDirectory: string | undefined): Choice {
  const wanted = only.length === 0 ? scenarios : scenarios.filter(({ name }) => only.includes(name))
  const isWhole = all || only.length > 0
  const short = wanted.filter(({ isLong }) => isLong !== true)
  const chosen = isWhole ? chooseAll(wanted, releases) : spreadScenarios(short, releases)
  const left = passedDirectory === undefined ? chosen : withoutPassed(chosen, passedDirectory)
  return new Map([...left].filter(([, names]) => names.length > 0))
}

/** Those that no Debian release has, where a scenario brings them to its hosts. */
async function ensureWantedEtcds(names: readonly string[]): Promise<void> {
  if (names.includes(etcdUse.name)) await ensureUpgradeEtcds()
  else if ([quorumLostAt34, quorumLostAt36].some(({ name }) => names.includes(name))) await ensureUpgradeEtcds(['3.6'])
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

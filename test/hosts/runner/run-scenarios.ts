import process from 'node:process'
import { ClusterFixture } from '../cluster/cluster-fixture.ts'
import type { InsideSettings } from '../inside.ts'
import { Laboratory } from '../lab/laboratory.ts'
import { scenarios } from '../scenarios.ts'
import type { Release } from '../set-up/release.ts'
import { saveDiagnostics } from './diagnostics.ts'
import type { Scenario, Verdict } from './scenario.ts'

/** Goes through the scenarios on hosts of each release, and says how each went. */
export async function runScenarios(settings: InsideSettings): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (const release of settings.releases) verdicts.push(...(await runRelease(release, settings)))
  return verdicts
}

async function runRelease(release: Release, { baseRoots, packages, runId, only }: InsideSettings) {
  const chosen = scenarios.filter(
    ({ name, releases = [release] }) => releases.includes(release) && (only.length === 0 || only.includes(name)),
  )
  const lab = new Laboratory({ release, baseRoot: baseRoots[release] ?? '', packages, runId })
  const fixture = new ClusterFixture(lab)
  const verdicts: Verdict[] = []
  for (const scenario of chosen) {
    process.stderr.write(`\n== ${release}: ${scenario.title}\n`)
    const verdict = await runScenario(scenario, lab, fixture)
    process.stderr.write(`== ${verdict.failure === undefined ? 'ok' : 'FAILED'} (${verdict.seconds.toFixed(1)} s)\n`)
    verdicts.push(verdict)
  }
  await lab.clear()
  return verdicts
}

async function runScenario(scenario: Scenario, lab: Laboratory, fixture: ClusterFixture): Promise<Verdict> {
  const startedMs = performance.now()
  const notes: string[] = []
  const note = (text: string): void => {
    process.stderr.write(`   ${text}\n`)
    notes.push(text)
  }
  let failure: string | undefined
  try {
    await scenario.run({ lab, cluster: (upTo) => fixture.get(note, upTo), note })
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error)
    const directory = await saveDiagnostics(scenario.name, lab).catch(() => 'nowhere')
    process.stderr.write(`${failure}\n   what the hosts said: ${directory}\n`)
    // Hosts of which nobody knows in what state they are serve no other scenario.
    await lab.clear()
    fixture.forget()
  }
  const seconds = (performance.now() - startedMs) / 1000
  return { scenario, release: lab.release, seconds, notes, failure }
}

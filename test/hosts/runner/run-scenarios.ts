import process from 'node:process'
import { ClusterFixture } from '../cluster/cluster-fixture.ts'
import type { InsideSettings } from '../inside.ts'
import { Laboratory } from '../lab/laboratory.ts'
import { scenarios } from '../scenarios.ts'
import { saveDiagnostics } from './diagnostics.ts'
import { rememberPassed } from './passed.ts'
import type { Scenario, Verdict } from './scenario.ts'

/** With the set-up, and with what a scenario may take that begins in the last moment, no run is longer than 25 minutes. */
const limitMs = 19 * 60_000

/** Goes through the scenarios on hosts of one release, and says how each went. */
export async function runScenarios(given: InsideSettings): Promise<readonly Verdict[]> {
  const { only, passedDirectory, ...settings } = given
  const chosen = scenarios.filter(({ name }) => only.includes(name))
  const lab = new Laboratory(settings)
  const fixture = new ClusterFixture(lab)
  const verdicts: Verdict[] = []
  const untilMs = performance.now() + limitMs
  for (const scenario of chosen) {
    const isLate = performance.now() > untilMs
    const verdict = isLate ? notRun(scenario, lab) : await runScenario(scenario, lab, fixture)
    if (verdict.failure === undefined && passedDirectory !== undefined) {
      rememberPassed(passedDirectory, verdict.release, verdict.name)
    }
    verdicts.push(verdict)
  }
  await lab.clear()
  return verdicts
}

function notRun({ name, title }: Scenario, { release }: Laboratory): Verdict {
  return { name, title, release, seconds: 0, notes: [], failure: 'not run, for the time was over' }
}

async function runScenario({ name, title, run }: Scenario, lab: Laboratory, fixture: ClusterFixture): Promise<Verdict> {
  const { release } = lab
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`.replace(/^(?=.)/gm, `${release} ${name}: `))
  }
  const startedMs = performance.now()
  say(`${title} ...`)
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  const failure = await run({ lab, cluster: (upTo) => fixture.get(note, upTo), note }).then(() => undefined, reasonOf)
  const seconds = (performance.now() - startedMs) / 1000
  say(`${failure === undefined ? 'ok' : `FAILED: ${failure}`} (${seconds.toFixed(1)} s)`)
  if (failure !== undefined) {
    say(`what the hosts said: ${await saveDiagnostics(name, lab).catch(() => 'nowhere')}`)
    // Hosts of which nobody knows in what state they are serve no other scenario.
    await lab.clear()
    fixture.forget()
  }
  return { name, title, release, seconds, notes, failure }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Laboratory } from '../lab/laboratory.ts'
import { places } from '../set-up/places.ts'

const script =
  'journalctl --no-pager --output=short-precise -n 1500; systemctl --no-pager --failed; ip address; ss -ltnp'

/** Keeps what hosts have said, for whoever wants to know why a scenario failed. Answers with the directory. */
export async function saveDiagnostics(scenario: string, lab: Laboratory): Promise<string> {
  const directory = `${places.failures}/${lab.release}-${scenario}`
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  for (const host of lab.hosts) {
    const { stdout, stderr } = await host.tryRun(script, { timeoutSeconds: 20 })
    writeFileSync(`${directory}/${host.name}.log`, `${stdout}${stderr}`)
  }
  return directory
}

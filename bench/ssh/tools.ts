import { join } from 'node:path'
import { ensureStepCaOfGo } from '../../scripts/set-up/other-versions/built-of-go.mjs'
import { ensureDebianPrograms } from '../../scripts/set-up/other-versions/debian-programs.mjs'
import { NotHere } from './contender.ts'

/** cfssl as Debian 12 has it. Throws `NotHere`. */
export async function ensureCfssl(): Promise<string> {
  const [release, packages, files] = ['bookworm', ['golang-cfssl'], { cfssl: 'usr/bin/cfssl' }]
  const wanted = { name: 'cfssl', release, packages, files }
  return join(await ensureDebianPrograms(wanted).catch(notHere('cfssl')), 'cfssl')
}

/** The server of step-ca, built of Go modules. Throws `NotHere`. */
export async function ensureStepCa(): Promise<string> {
  const directory = await ensureStepCaOfGo().catch(notHere('step-ca'))
  if (directory === undefined) throw new NotHere('step-ca: no Go on this machine')
  return join(directory, 'step-ca')
}

function notHere(what: string): (error: unknown) => never {
  return (error) => {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new NotHere(`${what}: ${line}`)
  }
}

import { dirname, join } from 'node:path'
import { NotHere } from './contender.ts'

// Set-up is plain JavaScript, for a Node that has no types: the contract is written down here.
interface SetUp {
  ensureStepCa(): Promise<string | undefined>
  ensureDebianPrograms(wanted: {
    readonly name: string
    readonly release: string
    readonly packages: readonly string[]
    readonly files: Readonly<Record<string, string>>
  }): Promise<string>
}

const places = ['other-versions/step-ca-of-go-modules', 'other-versions/debian-programs']

/** cfssl as Debian 12 has it. Throws `NotHere`. */
export async function ensureCfssl(): Promise<string> {
  const { ensureDebianPrograms } = await loadSetUp()
  const [release, packages, files] = ['bookworm', ['golang-cfssl'], { cfssl: 'usr/bin/cfssl' }]
  const wanted = { name: 'cfssl', release, packages, files }
  return join(await ensureDebianPrograms(wanted).catch(notHere('cfssl')), 'cfssl')
}

/** The server of step-ca, built of Go modules. Throws `NotHere`. */
export async function ensureStepCa(): Promise<string> {
  const { ensureStepCa: ensure } = await loadSetUp()
  const directory = await ensure().catch(notHere('step-ca'))
  if (directory === undefined) throw new NotHere('step-ca: no Go on this machine')
  return join(directory, 'step-ca')
}

async function loadSetUp(): Promise<SetUp> {
  const directory = join(dirname(dirname(import.meta.dirname)), 'scripts/set-up')
  return Object.assign({}, ...(await Promise.all(places.map((name) => import(join(directory, `${name}.mjs`))))))
}

function notHere(what: string): (error: unknown) => never {
  return (error) => {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new NotHere(`${what}: ${line}`)
  }
}

import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { warnOn } from '../../src/cli/command-streams.ts'
import type { Finding } from '../../src/core/finding.ts'
import { systemInspection } from '../../src/diagnosis/inspect/inspection-world.ts'
import { lookAtStatus } from '../../src/diagnosis/look-at-status.ts'
import { HintedClient } from '../support/hints/hinted-client.ts'
import { commandIn } from '../support/hints/said-hint.ts'
import { describeWith } from '../support/shell/external-program.ts'

const client = new HintedClient()

/** Something that is done to an installed pair, the finding that it brings, and the part of its remedy that is typed. */
interface Case {
  readonly what: string
  readonly harm: string
  readonly check: string
  readonly start: RegExp
  readonly asRoot?: true
}

const anotherCa = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x -out ca.crt`
const anotherKey = 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key'
const whole = /^(.*)$/
const certify = (name: string, purpose: string): string =>
  `openssl req -x509 -key client.key -subj /CN=${name} -addext extendedKeyUsage=${purpose} -out client.crt`

const cases: readonly Case[] = [
  { what: 'a key that others can read', harm: 'chmod 640 client.key', check: 'file-modes', start: /^(chmod .*?); if/ },
  { what: 'a key that others have read', harm: 'chmod 640 client.key', check: 'file-modes', start: /read it: (.*)$/ },
  { what: 'a CA that others can change', harm: 'chmod 666 ca.crt', check: 'file-modes', start: whole },
  { what: 'a CA of another account', harm: 'chown 4711 ca.crt', check: 'file-owner', start: whole, asRoot: true },
  { what: 'no key', harm: 'rm client.key', check: 'files', start: whole },
  { what: 'no certificate', harm: 'rm client.crt', check: 'files', start: whole },
  { what: 'a key that is none', harm: 'echo none > client.key', check: 'files', start: /make a new one: (.*)$/ },
  { what: 'a certificate that is none', harm: 'echo none > client.crt', check: 'files', start: whole },
  { what: 'a CA that is none', harm: 'echo none > ca.crt', check: 'files', start: /^(.*); on a member/ },
  { what: 'a certificate for another key', harm: anotherKey, check: 'key-match', start: whole },
  { what: 'the pair of another master', harm: certify('kubemaster-9', 'clientAuth'), check: 'name', start: /: (.*)$/ },
  {
    what: "a server's pair",
    harm: certify('etcd-9', 'serverAuth,clientAuth'),
    check: 'name',
    start: /reads it: (.*?); else/,
  },
  { what: 'nothing to renew with', harm: 'rm signet.json', check: 'renewal', start: whole },
  { what: 'no certificate at all', harm: 'rm *', check: 'certificate', start: /on a master: (.*)$/ },
  { what: 'a CA that is none, for renewing', harm: anotherCa, check: 'signer-ca', start: /anew: (.*)$/ },
]

/** What `signet status` finds, in this process. */
async function findings(dir: string): Promise<readonly Finding[]> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough().resume() }
  const shown = await lookAtStatus(
    { dir, json: true, signerIp: '127.0.0.1', port: `${client.signer.port}` },
    streams,
    systemInspection(warnOn(streams)),
  )
  return JSON.parse(shown.text).findings
}

async function findBad(dir: string, check: string): Promise<Finding | undefined> {
  const bad = (await findings(dir)).filter(({ level }) => level === 'attention' || level === 'broken')
  return bad.find((finding) => finding.check === check)
}

describeWith('ssh', 'what status says to type, typed, mends', () => {
  beforeAll(() => client.start(), 60_000)
  afterAll(() => client.stop())

  it.each(cases)('$what', async ({ harm, check, start, asRoot }) => {
    if (asRoot === true && process.geteuid?.() !== 0) return
    const directory = client.newDirectory()
    const harmed = await client.type(harm, directory)
    expect(harmed.status, harmed.stderr).toBe(0)
    const found = await findBad(directory, check)
    expect(found, check).toBeDefined()
    const command = commandIn(found?.fix ?? '', start, { IP: client.place, PIN: client.pin })
    const typed = await client.type(command, directory)
    expect(typed.status, `${command}\n${typed.stderr}`).toBe(0)
    expect(await findBad(directory, check), command).toBeUndefined()
  })
})

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runRenew } from '../../src/cli/master/renew.ts'
import { type RequestOptions, runRequest } from '../../src/cli/master/request.ts'
import { reportFailure } from '../../src/cli/report-failure.ts'
import { certificatePin } from '../../src/x509/certificate-pin.ts'
import { parseCsr } from '../../src/x509/parse-csr.ts'
import { formatPem } from '../../src/x509/pem.ts'
import type { CertificateTemplate } from '../../src/x509/write/write-certificate.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { type ScriptedAnswer, type ScriptedSigner, startScriptedSigner } from '../support/signer/test-signer.ts'
import { createTestCa, spkiOf, testNowMs } from '../support/x509/test-ca.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-bad-input-'))
const authority = createTestCa()
const otherAuthority = createTestCa()
const hourMs = 3_600_000
const installedNames = ['ca.crt', 'client.crt', 'client.key'] as const

/** What the signer sends for a certificate. */
type Answer = (csr: Buffer) => ScriptedAnswer
const honest: Answer = (csr) => ({ stdout: certificate(csr) })

let signer: ScriptedSigner
let answer: Answer = honest
let count = 0
let dir: string

/** A certificate for the key of a CSR, that differs from the one asked for in what is given. */
function certificate(csr: Buffer, parts: Partial<CertificateTemplate> = {}, by = authority): string {
  return formatPem('CERTIFICATE', by.issue({ publicKey: parseCsr(csr).publicKey.spki, ...parts }))
}

const caPemOf = ({ certificate: ca }: typeof authority): string => formatPem('CERTIFICATE', ca.der)

function respond(word: string, input: string): ScriptedAnswer {
  const ca = { pin: certificatePin(authority.certificate.der), notAfter: '2041-01-01T00:00:00.000Z' }
  const status = { time: new Date().toISOString(), ca, clientLifetimeSeconds: 86_400 }
  if (word === 'get-status') return { stdout: JSON.stringify(status) }
  // Behind the CA that is pinned one of an attacker's own.
  if (word === 'get-trust') return { stdout: [authority, otherAuthority].map(caPemOf).join('') }
  if (word === 'get-peers') return { stdout: 'https://127.0.0.1:2379\n' }
  const pem = Buffer.from(input, 'base64').toString('latin1')
  return answer(Buffer.from(pem.replace(/-----[A-Z ]+-----|\n/g, ''), 'base64'))
}

beforeAll(async () => {
  signer = await startScriptedSigner(respond)
  dir = join(base, 'template')
  expect(await request()).toMatchObject({ status: 0 })
})
afterAll(async () => {
  await signer.remove()
  rmSync(base, { recursive: true, force: true })
})
// A copy of what a request has installed: asking each time would take a second.
beforeEach(() => {
  count += 1
  dir = join(base, `${count}`)
  answer = honest
  cpSync(join(base, 'template'), dir, { recursive: true })
  const state = join(dir, 'signet.json')
  writeFileSync(state, readFileSync(state, 'utf8').replaceAll('/template/', `/${count}/`))
})

interface Ended {
  readonly status: number
  readonly stderr: string
}

/** Runs a command as main.ts does: what it says, and its exit status. */
async function run(command: (streams: { stdout: PassThrough; stderr: PassThrough }) => Promise<void>): Promise<Ended> {
  const streams = { stdout: new PassThrough().resume(), stderr: new PassThrough() }
  const status = await command(streams).then(
    () => 0,
    (error: unknown) => reportFailure(error, streams.stderr),
  )
  return { status, stderr: String(streams.stderr.read() ?? '') }
}

const request = (change: Partial<RequestOptions> = {}): Promise<Ended> =>
  run((streams) =>
    runRequest({ signerIp: '127.0.0.1', port: `${signer.port}`, name: 'kubemaster-1', dir, ...change }, streams),
  )
const renew = (): Promise<Ended> => run((streams) => runRenew({ dir, force: true }, streams))

/** The installed files, and whether anything else lies beside them. */
function installed(): unknown {
  const others = readdirSync(dir).filter((name) => !['signet.json', 'known_hosts'].includes(name))
  return [others.toSorted(), installedNames.map((name) => readFileSync(join(dir, name), 'utf8'))]
}

interface Expected {
  readonly status: number
  readonly says: RegExp
  readonly hints: RegExp
}

async function expectRefused(command: () => Promise<Ended>, { status, says, hints }: Expected): Promise<void> {
  const before = installed()
  const ended = await command()
  expect(ended.status, ended.stderr).toBe(status)
  const lines = ended.stderr.trimEnd().split('\n').slice(-2)
  expect(lines[0]).toMatch(new RegExp(`^signet: error: .*${says.source}`))
  expect(lines[1]).toMatch(new RegExp(`^signet: hint: .*${hints.source}`))
  expect(installed()).toEqual(before)
}

const anotherKey = spkiOf(authority.certificate.publicKey.keyObject)
const start = testNowMs - 48 * hourMs

const answers: readonly (readonly [what: string, Answer, Expected])[] = [
  [
    'that is not a certificate',
    () => ({ stdout: 'garbage\n' }),
    { status: 65, says: /not exactly one PEM block/, hints: /nothing but one certificate/ },
  ],
  [
    'behind an SSH banner on standard output',
    (csr) => ({ stdout: `Welcome to the signer!\n${certificate(csr)}` }),
    { status: 65, says: /not exactly one PEM block/, hints: /a banner or an "echo"/ },
  ],
  [
    'for another key',
    (csr) => ({ stdout: certificate(csr, { publicKey: anotherKey }) }),
    { status: 77, says: /is for another key/, hints: /nothing was installed/ },
  ],
  [
    'for another name',
    (csr) => ({ stdout: certificate(csr, { subjectCommonName: 'kubemaster-2', dnsNames: ['kubemaster-2'] }) }),
    { status: 77, says: /another name than kubemaster-1/, hints: /nothing was installed/ },
  ],
  [
    'of another CA',
    (csr) => ({ stdout: certificate(csr, {}, otherAuthority) }),
    { status: 77, says: /not signed by the trusted CA/, hints: /another host may be answering/ },
  ],
  [
    'that has expired',
    (csr) => ({ stdout: certificate(csr, { notBeforeMs: start, notAfterMs: start + hourMs }) }),
    { status: 78, says: /that came expired at 20\d\d-/, hints: /compare the clocks/ },
  ],
  [
    'that is not valid yet',
    (csr) => ({ stdout: certificate(csr, { notBeforeMs: testNowMs + hourMs }) }),
    { status: 78, says: /is not valid before 20\d\d-/, hints: /the clock of this host is behind/ },
  ],
  [
    'for servers only',
    (csr) => ({ stdout: certificate(csr, { extendedKeyUsage: ['serverAuth'] }) }),
    { status: 77, says: /is not for clientAuth/, hints: /nothing was installed/ },
  ],
]

describeWith('ssh', 'an answer', () => {
  describe.each(answers)('%s', (_what, bad, expected) => {
    it('is refused by request, with the installed files untouched', async () => {
      answer = bad
      await expectRefused(() => request({ newKey: true }), expected)
    })

    it('is refused by renew, with the installed files untouched', async () => {
      answer = bad
      await expectRefused(renew, expected)
    })
  })
})

/** A line of known_hosts with a host key that nobody has. */
function anotherHostKey(): string {
  const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const blob = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(randomBytes(32))])
  return `[127.0.0.1]:${signer.port} ssh-ed25519 ${blob.toString('base64')}\n`
}

describeWith('ssh', 'a further CA that a signer sends', () => {
  it('is not installed, whoever sends it behind the one that is pinned', async () => {
    dir = join(base, 'first')
    const pin = certificatePin(authority.certificate.der)
    expect(await request({ pin })).toMatchObject({ status: 0 })
    expect(readFileSync(join(dir, 'ca.crt'), 'utf8')).toBe(caPemOf(authority))
  })
})

describeWith('ssh', 'a host key that changed', () => {
  beforeEach(() => writeFileSync(join(dir, 'known_hosts'), anotherHostKey()))

  it('is refused by request, with the installed files untouched', async () => {
    const expected = { status: 77, says: /is not the remembered one/, hints: /forget the old key: ssh-keygen -f / }
    await expectRefused(() => request(), expected)
  })

  it('is reported by renew, which goes on', async () => {
    const before = readFileSync(join(dir, 'client.crt'), 'utf8')
    const { status, stderr } = await renew()
    expect(status, stderr).toBe(0)
    expect(stderr).toMatch(/^signet: warning: the host key of the signer 127\.0\.0\.1 is not the one in /)
    expect(readFileSync(join(dir, 'client.crt'), 'utf8')).not.toBe(before)
  })
})

const keyFile = (): string => join(dir, 'client.key')
const p256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] as const
const openssl = (...args: readonly string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' })

describeWith('ssh', 'a key file', () => {
  describe.each<[string, () => unknown, RegExp, RegExp]>([
    ['that other accounts can read', () => chmodSync(keyFile(), 0o644), /can be read by other accounts/, /chmod 600 /],
    [
      'that is encrypted',
      () => openssl('genpkey', ...p256, '-aes256', '-pass', 'pass:secret', '-out', keyFile()),
      /is encrypted/,
      /openssl pkey -in /,
    ],
    [
      'of an unknown type',
      () => openssl('ecparam', '-name', 'secp256k1', '-genkey', '-noout', '-out', keyFile()),
      /the key \S+ /,
      /use RSA of 2048 to 8192 bits, P-256/,
    ],
    [
      'with a key that is too short',
      () => openssl('genrsa', '-out', keyFile(), '1024'),
      /the key \S+ /,
      /use RSA of 2048 to 8192 bits/,
    ],
    [
      'that holds no key',
      () => writeFileSync(keyFile(), 'none\n'),
      /is not one private key in PEM/,
      /openssl pkey -in /,
    ],
  ])('%s', (_what, harm, says, hints) => {
    const expected = { status: 78, says, hints }

    it('is refused by request and by renew, with the installed files untouched', async () => {
      harm()
      await expectRefused(() => request(), expected)
      await expectRefused(renew, expected)
    })
  })

  it('of another kind than --key-type asks for is refused, not quietly kept', async () => {
    const expected = { status: 78, says: /is of the kind p256, not rsa/, hints: /--new-key/ }
    await expectRefused(() => request({ keyType: 'rsa' }), expected)
    expect(await request({ keyType: 'p256' })).toMatchObject({ status: 0 })
  })
})

describeWith('ssh', 'a name', () => {
  it.each([
    'master',
    'KUBEMASTER-1',
    'kubemaster-',
    'kubemaster-1.example.org',
    '-oProxyCommand=true',
    'kubemaster-1\n',
  ])('%j that is not kubemaster-<id> is refused, with the installed files untouched', async (name) => {
    await expectRefused(() => request({ name }), { status: 64, says: /is not kubemaster-<id>/, hints: /--name=/ })
  })
})

describeWith('ssh', 'a dry run', () => {
  it('changes nothing: not even the list of known host keys', async () => {
    dir = join(base, 'dry')
    expect(await request({ dryRun: true })).toMatchObject({ status: 0 })
    expect(readdirSync(base)).not.toContain('dry')
  })

  it('refuses a host key that changed, as the request would', async () => {
    const changed = anotherHostKey()
    writeFileSync(join(dir, 'known_hosts'), changed)
    const expected = { status: 77, says: /is not the remembered one/, hints: /ssh-keygen -f / }
    await expectRefused(() => request({ dryRun: true }), expected)
    expect(readFileSync(join(dir, 'known_hosts'), 'utf8')).toBe(changed)
  })
})

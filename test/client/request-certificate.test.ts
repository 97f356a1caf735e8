import { createPublicKey, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSshAsker } from '../../src/client/ask/ask-signer.ts'
import type { CertificateRequest } from '../../src/client/certificate-request.ts'
import type { ClientWorld } from '../../src/client/client-world.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { parseCsr } from '../../src/x509/parse-csr.ts'
import { formatPem } from '../../src/x509/pem.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { requestCertificate } from '../support/shell/request-certificate.ts'
import { someDayMs, TestAuthority } from '../support/signer/test-authority.ts'
import { type ScriptedSigner, startScriptedSigner, TestSigner } from '../support/signer/test-signer.ts'
import { openssl } from '../support/x509/openssl.ts'

const askSigner = createSshAsker()
const signer = new TestSigner(new TestAuthority())
const directories: string[] = []

beforeAll(() => signer.start())
afterAll(async () => {
  await signer.remove()
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'signet-request-'))
  directories.push(directory)
  return directory
}

function requestAt(port: number, change: Partial<CertificateRequest> = {}): CertificateRequest {
  const directory = newDirectory()
  return {
    kind: 'client',
    name: 'kubemaster-1',
    signer: {
      address: '127.0.0.1',
      port,
      knownHostsFile: join(directory, 'state', 'known_hosts'),
      hostKeyPolicy: 'remember',
    },
    paths: {
      key: join(directory, 'pki', 'client.key'),
      certificate: join(directory, 'pki', 'client.crt'),
      ca: join(directory, 'pki', 'etcd', 'ca.crt'),
    },
    stateFile: join(directory, 'state', 'signet.json'),
    ...change,
  }
}

function worldAt(nowMs: number): ClientWorld {
  return { ask: askSigner, files: localFiles, clock: { now: () => nowMs } }
}

const world = worldAt(someDayMs)

describeWith('ssh', 'requesting a certificate', () => {
  it('installs key, certificate and CA that belong together, with their modes', async () => {
    const request = requestAt(signer.port)
    const obtained = await requestCertificate(request, world)
    const { key, certificate, ca } = request.paths
    expect([key, certificate, ca].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o644, 0o644])
    const issued = new X509Certificate(readFileSync(certificate))
    expect(issued.publicKey.equals(createPublicKey(readFileSync(key)))).toBe(true)
    expect(readFileSync(ca, 'utf8')).toBe(signer.caPem)
    expect(obtained).toMatchObject({ keyWasMade: true, caWasKnown: false, clockSkewMs: 0 })
    expect(obtained.endpoints).toEqual(['https://127.0.0.1:2379'])
    const judged = openssl([
      ...['verify', '-x509_strict', '-purpose', 'sslclient', '-attime', `${someDayMs / 1000}`],
      ...['-CAfile', ca, certificate],
    ])
    expect(judged.toString()).toContain(': OK')
  })

  it('leaves nothing but its files', async () => {
    const request = requestAt(signer.port)
    await requestCertificate(request, world)
    expect(readdirSync(join(request.paths.key, '..')).toSorted()).toEqual(['client.crt', 'client.key', 'etcd'])
    expect(readdirSync(join(request.stateFile, '..')).toSorted()).toEqual(['known_hosts', 'signet.json'])
    expect(statSync(request.stateFile).mode & 0o777).toBe(0o600)
  })

  it('keeps an installed key when it runs again', async () => {
    const request = requestAt(signer.port)
    await requestCertificate(request, world)
    const key = readFileSync(request.paths.key, 'utf8')
    expect(await requestCertificate(request, world)).toMatchObject({ keyWasMade: false, caWasKnown: true })
    expect(readFileSync(request.paths.key, 'utf8')).toBe(key)
  })

  it('makes a new key where that is wanted', async () => {
    const request = requestAt(signer.port)
    await requestCertificate(request, world)
    const key = readFileSync(request.paths.key, 'utf8')
    await requestCertificate({ ...request, newKey: true }, world)
    expect(readFileSync(request.paths.key, 'utf8')).not.toBe(key)
    const issued = new X509Certificate(readFileSync(request.paths.certificate))
    expect(issued.publicKey.equals(createPublicKey(readFileSync(request.paths.key)))).toBe(true)
    expect(readdirSync(join(request.paths.key, '..')).toSorted()).toEqual(['client.crt', 'client.key', 'etcd'])
  })

  it.each(['p384', 'p521', 'rsa', 'ed25519'] as const)('has a key of type %s where that is wanted', async (keyType) => {
    const request = requestAt(signer.port, { keyType })
    await requestCertificate(request, world)
    const { publicKey } = new X509Certificate(readFileSync(request.paths.certificate))
    expect(publicKey.equals(createPublicKey(readFileSync(request.paths.key)))).toBe(true)
  })

  it.each(['p256', 'rsa'] as const)('obtains a member certificate for a key of type %s', async (keyType) => {
    const request = requestAt(signer.port, { kind: 'member', name: 'etcd-2', address: '127.0.0.1', keyType })
    await requestCertificate(request, world)
    const { subjectAltName } = new X509Certificate(readFileSync(request.paths.certificate))
    expect(subjectAltName).toContain('DNS:peer.etcd.signet.internal')
  })

  it('accepts the pin of the CA, in whatever form', async () => {
    const fingerprint = openssl(['x509', '-noout', '-fingerprint', '-sha256'], Buffer.from(signer.caPem)).toString()
    const pin = `sha256:${fingerprint.trim().split('=')[1]}`
    expect(await requestCertificate(requestAt(signer.port, { pin }), world)).toMatchObject({ caWasKnown: true })
  })

  it('goes on without etcd, and says so', async () => {
    const warnings: string[] = []
    signer.peers = 'not a URL\n'
    const request = requestAt(signer.port)
    const obtained = await requestCertificate(request, { ...world, onWarning: (text) => warnings.push(text) })
    signer.peers = 'https://127.0.0.1:2379\n'
    expect(obtained.endpoints).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('the members are not known')])
  })
})

async function expectRefused(
  request: CertificateRequest,
  used: ClientWorld,
  expected: { readonly code: string; readonly message: string },
): Promise<void> {
  const error = await refusalOf(() => requestCertificate(request, used))
  expect(error).toMatchObject({ code: expected.code, message: expect.stringContaining(expected.message) })
  expect(error.hint).toMatch(/\w/)
  for (const path of [...Object.values(request.paths), request.stateFile]) expect(existsSync(path)).toBe(false)
}

describeWith('ssh', 'a request that is refused writes nothing:', () => {
  it('a directory that every account can write to', async () => {
    const request = requestAt(signer.port)
    mkdirSync(dirname(request.paths.key), { mode: 0o755 })
    chmodSync(dirname(request.paths.key), 0o1777)
    const own = { ...world, ownUid: process.getuid?.() ?? 0 }
    await expectRefused(request, own, { code: 'refused', message: 'every account can put files into' })
  })

  it("another account's directory", async () => {
    const strange = { ...world, ownUid: 12_345 }
    const look = async () => ({ kind: 'directory', uid: 4711, mode: 0o755, gid: 0, target: '' }) as const
    const files = { ...localFiles, look }
    const expected = { code: 'refused', message: 'belongs to account 4711, which could exchange' }
    await expectRefused(requestAt(signer.port), { ...strange, files }, expected)
  })

  it('for a master, where a member renews from the same saved state', async () => {
    const member = requestAt(signer.port, { kind: 'member', name: 'etcd-2', address: '127.0.0.1' })
    await requestCertificate(member, world)
    const request = requestAt(signer.port)
    const saved = readFileSync(member.stateFile, 'utf8')
    const error = await refusalOf(() => requestCertificate({ ...request, stateFile: member.stateFile }, world))
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('of etcd-2 is renewed') })
    expect(error.hint).toContain('--dir=DIR')
    expect(readFileSync(member.stateFile, 'utf8')).toBe(saved)
    expect(existsSync(request.paths.key)).toBe(false)
  })

  it.each(['KUBEMASTER-1', 'kubemaster-', 'etcd-1', 'kubemaster-1.example.org', 'kubemaster-1\n', ''])(
    'the name %j',
    async (name) => {
      await expectRefused(requestAt(signer.port, { name }), world, { code: 'usage', message: 'is not kubemaster-<id>' })
    },
  )

  it('a member without an address', async () => {
    const request = requestAt(signer.port, { kind: 'member', name: 'etcd-1' })
    await expectRefused(request, world, { code: 'usage', message: "lacks the member's own IP address" })
  })

  it('another pin', async () => {
    const request = requestAt(signer.port, { pin: `SHA256:${'0'.repeat(64)}` })
    await expectRefused(request, world, { code: 'refused', message: 'not the one given with --pin' })
  })

  it('a pin that is none', async () => {
    await expectRefused(requestAt(signer.port, { pin: 'abc' }), world, { code: 'usage', message: 'the pin is not' })
  })

  it('a clock an hour behind', async () => {
    const expected = { code: 'configuration', message: 'is 60 minutes behind the signer' }
    await expectRefused(requestAt(signer.port), worldAt(someDayMs - 3_600_000), expected)
  })

  it('a clock an hour ahead', async () => {
    const expected = { code: 'configuration', message: "is 60 minutes ahead of the signer's" }
    await expectRefused(requestAt(signer.port), worldAt(someDayMs + 3_600_000), expected)
  })

  it('a member address that is not its own', async () => {
    const request = requestAt(signer.port, { kind: 'member', name: 'etcd-2', address: '127.0.0.2' })
    await expectRefused(request, world, { code: 'refused', message: 'was asked for from 127.0.0.1' })
  })

  it('nobody there', async () => {
    await expectRefused(requestAt(1), world, { code: 'unavailable', message: 'refuses the connection' })
  })
})

/** Answers of a signer that means ill: the questions as a good one would, the certificate as a test has it. */
async function startHostile(certificate: (csr: Buffer) => Promise<string> | string): Promise<ScriptedSigner> {
  const pin = openssl(['x509', '-noout', '-fingerprint', '-sha256'], Buffer.from(signer.caPem)).toString().trim()
  const ca = { pin: `SHA256:${pin.split('=')[1]?.replaceAll(':', '')}`, notAfter: '2041-01-01T00:00:00.000Z' }
  const time = new Date(someDayMs).toISOString()
  return startScriptedSigner(async (word, input) => {
    // As a signer from before that word does.
    if (word === 'get-trust') return { status: 64, stderr: 'signet: error: unknown word "get-trust"\n' }
    if (word === 'get-certificate') return { stdout: signer.caPem }
    if (word === 'get-peers') return { stdout: 'https://127.0.0.1:2379\n' }
    if (word === 'get-status') return { stdout: JSON.stringify({ time, ca, clientLifetimeSeconds: 86_400 }) }
    const pem = Buffer.from(input, 'base64').toString('latin1')
    return { stdout: await certificate(Buffer.from(pem.replace(/-----[A-Z ]+-----|\n/g, ''), 'base64')) }
  })
}

describeWith('ssh', 'an answer that is not what was asked for is not installed:', () => {
  it.each<[string, (csr: Buffer) => Promise<string> | string, { code: string; message: string }]>([
    ['1 MB', () => 'A'.repeat(1024 * 1024), { code: 'bad-data', message: 'over 64 KiB' }],
    ['the CSR itself', (csr) => formatPem('CERTIFICATE REQUEST', csr), { code: 'bad-data', message: 'PEM block' }],
    ['the CSR as a certificate', (csr) => formatPem('CERTIFICATE', csr), { code: 'bad-data', message: 'acceptable' }],
    ['the CA certificate', () => signer.caPem, { code: 'refused', message: 'that of a CA' }],
  ])('%s', async (_, certificate, expected) => {
    const hostile = await startHostile(certificate)
    try {
      await expectRefused(requestAt(hostile.port), world, expected)
    } finally {
      await hostile.remove()
    }
  })

  it('a CSR goes out that anyone can read and that proves the key', async () => {
    let seen: string | undefined
    const hostile = await startHostile((csr) => {
      seen = parseCsr(csr).commonName
      return 'no\n'
    })
    await expectRefused(requestAt(hostile.port), world, { code: 'bad-data', message: 'PEM block' })
    expect(seen).toBe('kubemaster-1')
    await hostile.remove()
  })
})

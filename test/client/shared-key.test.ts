import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AskSigner, createSshAsker } from '../../src/client/ask/ask-signer.ts'
import type { CertificateRequest } from '../../src/client/certificate-request.ts'
import type { ClientWorld } from '../../src/client/client-world.ts'
import { createClientKey, formatClientKey } from '../../src/client/pair/client-key.ts'
import { readRequestPlan } from '../../src/client/plan-request.ts'
import { type Renewal, renewCertificate } from '../../src/client/renew/renew-certificate.ts'
import { inspectPairs } from '../../src/diagnosis/inspect/inspect-pairs.ts'
import { judgePairs } from '../../src/diagnosis/judge/pair/judge-pairs.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith, runProgram } from '../support/shell/external-program.ts'
import { requestCertificate } from '../support/shell/request-certificate.ts'
import { newCa, someDayMs, TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const signer = new TestSigner(new TestAuthority())
const base = mkdtempSync(join(tmpdir(), 'signet-shared-'))

beforeAll(() => signer.start())
afterAll(async () => {
  await signer.remove()
  rmSync(base, { recursive: true, force: true })
})

const ask: AskSigner = createSshAsker({ onChangedHostKey: () => {} })
let warnings: string[] = []
const ports: ClientWorld = {
  ask,
  files: localFiles,
  clock: signer.authority.clock,
  onWarning: (text) => warnings.push(text),
}

let count = 0
let [first, second]: CertificateRequest[] = []
let copied: Pair

interface Pair {
  readonly key: string
  readonly certificate: string
}

function requestOf(name: string, directory: string): CertificateRequest {
  const knownHostsFile = join(directory, 'known_hosts')
  return {
    kind: 'client',
    name,
    signer: { address: '127.0.0.1', port: signer.port, knownHostsFile, hostKeyPolicy: 'remember' },
    paths: { key: join(directory, 'key'), certificate: join(directory, 'crt'), ca: join(directory, 'ca') },
    stateFile: join(directory, 'signet.json'),
  }
}

function own(request: CertificateRequest | undefined): CertificateRequest {
  if (request === undefined) throw new Error('no master')
  return request
}

/** One of the files that `kubeadm join` writes: what is there is overwritten in place, with its mode (Go's os.WriteFile). */
function overwrite(from: string, to: string, mode: number): void {
  writeFileSync(to, readFileSync(from), { mode })
}

/** As `kubeadm join --control-plane --certificate-key` does: CA, certificate and key, in whatever order. */
function kubeadmJoin(): void {
  const [from, to] = [own(first).paths, own(second).paths]
  overwrite(from.ca, to.ca, 0o644)
  overwrite(from.certificate, to.certificate, 0o644)
  overwrite(from.key, to.key, 0o600)
}

function pairOf({ paths }: CertificateRequest): Pair {
  return { key: readFileSync(paths.key, 'utf8'), certificate: readFileSync(paths.certificate, 'utf8') }
}

beforeEach(async () => {
  signer.authority.clock.nowMs = someDayMs
  signer.script = undefined
  count += 1
  ;[first, second] = [1, 2].map((id) => requestOf(`kubemaster-${id}`, join(base, `${count}`, `kubemaster-${id}`)))
  for (const one of [first, second]) await requestCertificate(own(one), ports)
  copied = pairOf(own(first))
  warnings = []
})

/** What openssl reads in a file. */
function openssl(...args: readonly string[]): string {
  const { status, stdout, said } = runProgram('openssl', args)
  expect(status, said).toBe(0)
  return stdout.toString()
}

function publicKeyOf({ paths }: CertificateRequest): string {
  return openssl('pkey', '-in', paths.key, '-pubout')
}

/** By openssl: a pair that belongs together, for this name, that the CA has signed. */
function expectWorkingPair(request: CertificateRequest): void {
  const { certificate, ca } = request.paths
  const at = String(Math.floor(signer.authority.clock.nowMs / 1000))
  openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-attime', at, '-CAfile', ca, certificate)
  expect(openssl('x509', '-in', certificate, '-noout', '-subject')).toMatch(new RegExp(`CN ?= ?${request.name}\n`))
  expect(openssl('x509', '-in', certificate, '-noout', '-pubkey')).toBe(publicKeyOf(request))
}

const renew = (world: Partial<ClientWorld> = {}, request = own(second)): Promise<Renewal> =>
  renewCertificate({ stateFile: request.stateFile }, { ...ports, ...world })

async function doctor(request = own(second)) {
  const { kind, paths, stateFile } = request
  const ownUid = process.geteuid?.() ?? 0
  const pairs = await inspectPairs([{ kind, paths, stateFile }], { files: localFiles, ownUid })
  const nowMs = signer.authority.clock.nowMs
  return judgePairs(pairs, { authority: undefined, request: '', nowMs }, nowMs).filter(({ level }) => level !== 'well')
}

async function expectRefused(message: RegExp, attempt: () => Promise<unknown>): Promise<void> {
  const before = pairOf(own(second))
  const asked = signer.calls.length
  const error = await refusalOf(attempt)
  expect([error.code, error.message]).toEqual(['configuration', expect.stringMatching(message)])
  expect(pairOf(own(second))).toEqual(before)
  expect(signer.calls).toHaveLength(asked)
}

describeWith('ssh', 'a second master to which kubeadm has copied the pair of the first', () => {
  beforeEach(() => {
    kubeadmJoin()
  })

  it('is told so by doctor, and what to type', async () => {
    expect(await doctor()).toEqual([
      {
        check: 'name',
        level: 'attention',
        what: `${own(second).paths.certificate} is for kubemaster-1, while kubemaster-2 was requested here`,
        why: expect.stringContaining('kubeadm join copies the key of another master'),
        fix: 'have a key of its own made: signet renew --force',
      },
    ])
    expect(await doctor(own(first))).toEqual([])
  })

  it('gets a key of its own at the next look of the timer, before the certificate is due', async () => {
    signer.authority.clock.nowMs += 120_000
    expect(await renew()).toMatchObject({ outcome: 'renewed', name: 'kubemaster-2', keyWasMade: true })
    for (const request of [first, second]) expectWorkingPair(own(request))
    expect(publicKeyOf(own(second))).not.toBe(publicKeyOf(own(first)))
    expect(pairOf(own(first))).toEqual(copied)
    const { key, certificate } = own(second).paths
    expect([key, certificate].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o644])
    expect(readdirSync(dirname(key)).toSorted()).toEqual(['ca', 'crt', 'key', 'known_hosts', 'signet.json'])
    expect(await doctor()).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('is for kubemaster-1, and this host is kubemaster-2')])
    expect(await renew()).toMatchObject({ outcome: 'not-due', notAfterMs: expect.any(Number) })
  })

  // Go's os.WriteFile empties the file first and syncs nothing: a look in between, or a power cut, finds it so.
  it.each([
    ['empty', ''],
    ['cut off', '-----BEGIN CERTIFICATE-----\nMIIB'],
  ])('does not have the copied key certified where its certificate is still %s', async (_what, text) => {
    writeFileSync(own(second).paths.certificate, text)
    signer.authority.clock.nowMs += 120_000
    expect(await renew()).toMatchObject({ outcome: 'renewed', name: 'kubemaster-2', keyWasMade: true })
    for (const request of [first, second]) expectWorkingPair(own(request))
    expect(publicKeyOf(own(second))).not.toBe(publicKeyOf(own(first)))
    expect(warnings).toEqual([
      expect.stringMatching(/is not one readable certificate; it is replaced together with its key$/),
    ])
  })

  it('does not have the copied key certified by a request either where its certificate is empty', async () => {
    writeFileSync(own(second).paths.certificate, '')
    await requestCertificate(own(second), ports)
    for (const request of [first, second]) expectWorkingPair(own(request))
    expect(publicKeyOf(own(second))).not.toBe(publicKeyOf(own(first)))
    expect(warnings).toEqual([expect.stringMatching(/is not one readable certificate: its key is not used again$/)])
  })

  it('keeps the new key at the renewals that follow, and so does the first its own', async () => {
    await renewCertificate({ stateFile: own(second).stateFile, force: true }, ports)
    const keys = [first, second].map((request) => pairOf(own(request)).key)
    signer.authority.clock.nowMs += 12 * 3_600_000
    for (const request of [first, second])
      expect(await renew({}, own(request))).toMatchObject({ outcome: 'renewed', keyWasMade: false })
    expect([first, second].map((request) => pairOf(own(request)).key)).toEqual(keys)
  })

  it('keeps the copied pair, which etcd takes, until the new certificate was verified', async () => {
    signer.authority.clock.nowMs += 120_000
    const seen: Pair[] = []
    const watching: AskSigner = async (asked, word, input) => {
      const answer = await ask(asked, word, input)
      if (word === 'kubemaster-2') seen.push(pairOf(own(second)))
      return answer
    }
    await renew({ ask: watching })
    expect(seen).toEqual([copied])
  })

  it.each([
    ['refuses', async () => ({ status: 77, stderr: 'signet: error: no\n' })],
    ['sends what is none', async () => ({ stdout: 'hello\n', status: 0 })],
    ['sends a certificate for the copied key', async () => ({ stdout: copied.certificate, status: 0 })],
    ['is another CA', async () => ({ stdout: newCa().pem, status: 0 })],
  ] as const)('keeps the copied pair where the signer %s', async (_what, script) => {
    signer.script = script
    signer.authority.clock.nowMs += 120_000
    await refusalOf(() => renew())
    expect(pairOf(own(second))).toEqual(copied)
    signer.script = undefined
    signer.authority.clock.nowMs += 3_600_000
    expect(await renew()).toMatchObject({ outcome: 'renewed', keyWasMade: true })
  })

  it('keeps the copied pair where the file system has no links, and asks nobody', async () => {
    signer.authority.clock.nowMs += 120_000
    const files = { ...localFiles, requireLinks: () => Promise.reject(new Error('no links')) }
    const asked = signer.calls.length
    await expect(renew({ files })).rejects.toThrow('no links')
    expect(pairOf(own(second))).toEqual(copied)
    expect(signer.calls).toHaveLength(asked)
  })

  it('leaves alone the key that somebody else had made while the signer was asked', async () => {
    signer.authority.clock.nowMs += 120_000
    let made: Pair | undefined
    const slow: AskSigner = async (asked, word, input) => {
      const answer = await ask(asked, word, input)
      if (word === 'kubemaster-2') await requestCertificate({ ...own(second), newKey: true }, ports)
      made ??= pairOf(own(second))
      return answer
    }
    expect(await refusalOf(() => renew({ ask: slow }))).toMatchObject({ code: 'try-later' })
    expect(pairOf(own(second))).toEqual(made)
    expectWorkingPair(own(second))
  })

  it('keeps the kind of key that the cluster uses', async () => {
    await requestCertificate({ ...own(first), newKey: true, keyType: 'rsa' }, ports)
    kubeadmJoin()
    await renewCertificate({ stateFile: own(second).stateFile, force: true }, ports)
    expectWorkingPair(own(second))
    expect(openssl('pkey', '-in', own(second).paths.key, '-noout', '-text')).toMatch(/3072 bit/)
  })

  it('is healed by `request` too: the copied key is not certified for a second name', async () => {
    const plan = await readRequestPlan(own(second), ports)
    expect(plan.installedKey).toBeUndefined()
    expect(await requestCertificate(own(second), ports)).toMatchObject({ keyWasMade: true })
    expectWorkingPair(own(second))
    expect(publicKeyOf(own(second))).not.toBe(publicKeyOf(own(first)))
    expect(warnings).toContainEqual(expect.stringContaining('is for kubemaster-1, not for kubemaster-2'))
  })

  it('is refused by `renew` where nothing was requested, and has a key of its own after the request', async () => {
    unlinkSync(own(second).stateFile)
    await expectRefused(/^no certificate was requested here yet/, () => renew())
    await requestCertificate(own(second), ports)
    expect(publicKeyOf(own(second))).not.toBe(publicKeyOf(own(first)))
  })

  it('is refused where others can read the copied key', async () => {
    chmodSync(own(second).paths.key, 0o644)
    await expectRefused(/can be read by other accounts/, () => renew())
  })
})

describeWith('ssh', 'a copy by kubeadm that was cut off', () => {
  it.each([
    ['key', 0o600],
    ['certificate', 0o644],
  ] as const)('after the %s makes a new key: nothing says whose the installed one is', async (which, mode) => {
    overwrite(own(first).paths[which], own(second).paths[which], mode)
    const before = publicKeyOf(own(second))
    expect(await doctor()).toContainEqual(
      expect.objectContaining({ check: 'key-match', level: 'broken', fix: 'signet request --signer-ip=IP --new-key' }),
    )
    signer.authority.clock.nowMs += 120_000
    expect(await renew()).toMatchObject({ outcome: 'renewed', keyWasMade: true })
    expectWorkingPair(own(second))
    expect([before, publicKeyOf(own(first))]).not.toContain(publicKeyOf(own(second)))
  })
})

describeWith('ssh', 'a key without a certificate', () => {
  it('is kept: where a first installation was cut off it is the own one', async () => {
    unlinkSync(own(second).paths.certificate)
    const before = publicKeyOf(own(second))
    signer.authority.clock.nowMs += 120_000
    expect(await renew()).toMatchObject({ outcome: 'renewed', keyWasMade: false })
    expect(publicKeyOf(own(second))).toBe(before)
  })
})

describeWith('ssh', "a member's pair", () => {
  const member = (id: number): CertificateRequest => ({
    ...requestOf(`etcd-${id}`, join(base, `${count}`, `etcd-${id}`)),
    kind: 'member',
    address: '127.0.0.1',
  })

  it("in a master's place is neither renewed nor replaced: its etcd would be out", async () => {
    await requestCertificate(member(1), ports)
    const [from, to] = [member(1).paths, own(second).paths]
    copyFileSync(from.key, to.key)
    copyFileSync(from.certificate, to.certificate)
    signer.authority.clock.nowMs += 120_000
    await expectRefused(/is a server's certificate, for etcd-1, and not one of kubemaster-2/, () => renew())
    await expectRefused(/is a server's certificate, for etcd-1/, () => readRequestPlan(own(second), ports))
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'name', level: 'broken' }))
    // Root has said so.
    await requestCertificate({ ...own(second), newKey: true }, ports)
    expectWorkingPair(own(second))
  })

  it('of another member is not certified for a second one, and no key is made without root', async () => {
    for (const id of [1, 2]) await requestCertificate(member(id), ports)
    second = member(2)
    copyFileSync(member(1).paths.key, second.paths.key)
    copyFileSync(member(1).paths.certificate, second.paths.certificate)
    signer.authority.clock.nowMs += 120_000
    await expectRefused(/is for etcd-1, and this member is etcd-2/, () => renew())
    expect(await doctor()).toContainEqual(expect.objectContaining({ check: 'name', level: 'broken' }))
    // What the hint says to type: a key by openssl, which renewing finds.
    writeFileSync(second.paths.key, formatClientKey(await createClientKey()), { mode: 0o600 })
    signer.authority.clock.nowMs += 120_000
    expect(await renew()).toMatchObject({ outcome: 'renewed', keyWasMade: false })
  })
})

describe('the scene', () => {
  it('has one key on both masters once kubeadm has copied it, by openssl', () => {
    expect(publicKeyOf(own(second))).not.toBe(publicKeyOf(own(first)))
    mkdirSync(dirname(own(second).paths.key), { recursive: true })
    kubeadmJoin()
    expect(publicKeyOf(own(second))).toBe(publicKeyOf(own(first)))
    const { key, certificate } = own(second).paths
    expect([key, certificate].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o644])
  })
})

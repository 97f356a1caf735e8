import { createPublicKey, X509Certificate } from 'node:crypto'
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readApiservers } from '../../src/client/apiserver/read-apiservers.ts'
import { type AskSigner, createSshAsker } from '../../src/client/ask/ask-signer.ts'
import type { CertificateRequest } from '../../src/client/certificate-request.ts'
import { parseClientState } from '../../src/client/client-state.ts'
import type { ClientWorld } from '../../src/client/client-world.ts'
import { createClientKey, formatClientKey } from '../../src/client/pair/client-key.ts'
import { renewBeforeUse } from '../../src/client/renew/renew-before-use.ts'
import { renewCertificate } from '../../src/client/renew/renew-certificate.ts'
import { readNextAttemptMs } from '../../src/client/renew/renewal-due.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { requestCertificate } from '../support/shell/request-certificate.ts'
import { newCa, someDayMs, TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const signer = new TestSigner(new TestAuthority())
const base = mkdtempSync(join(tmpdir(), 'signet-renew-'))

beforeAll(() => signer.start())
afterAll(async () => {
  await signer.remove()
  rmSync(base, { recursive: true, force: true })
})

let count = 0
let request: CertificateRequest
let warnings: string[]
let changedHostKeys: number

const ask: AskSigner = createSshAsker({ onChangedHostKey: () => (changedHostKeys += 1) })
const world: ClientWorld = {
  ask,
  files: localFiles,
  clock: signer.authority.clock,
  onWarning: (text) => warnings.push(text),
}

beforeEach(async () => {
  signer.authority.clock.nowMs = someDayMs
  signer.peers = 'https://127.0.0.1:2379\n'
  ;[warnings, changedHostKeys] = [[], 0]
  count += 1
  const directory = join(base, `${count}`)
  request = {
    kind: 'client',
    name: 'kubemaster-1',
    signer: {
      address: '127.0.0.1',
      port: signer.port,
      knownHostsFile: join(directory, 'known_hosts'),
      hostKeyPolicy: 'remember',
    },
    paths: { key: join(directory, 'key'), certificate: join(directory, 'crt'), ca: join(directory, 'ca') },
    stateFile: join(directory, 'signet.json'),
  }
  await requestCertificate(request, world)
})

function readFiles(): readonly string[] {
  return Object.values(request.paths).map((path) => readFileSync(path, 'utf8'))
}

function installed(): X509Certificate {
  return new X509Certificate(readFileSync(request.paths.certificate))
}

function passTime(ms: number): void {
  signer.authority.clock.nowMs += ms
}

async function expectKept(attempt: () => Promise<unknown>): Promise<SignetError> {
  const before = readFiles()
  const error = await refusalOf(attempt)
  expect(readFiles()).toEqual(before)
  return error
}

const renew = (force?: true) => renewCertificate({ stateFile: request.stateFile, ...(force && { force }) }, world)

describeWith('ssh', 'renewing a certificate', () => {
  it('is not due before a third of the lifetime is gone', async () => {
    passTime(dayMs / 3 - 60_000)
    const before = readFiles()
    const asked = signer.calls.length
    expect(await renew()).toMatchObject({ outcome: 'not-due' })
    expect(readFiles()).toEqual(before)
    expect(signer.calls).toHaveLength(asked)
  })

  it('takes place by eleven hours, with the same key', async () => {
    const [key, , ca] = readFiles()
    passTime(11 * hourMs)
    expect(await renew()).toMatchObject({ outcome: 'renewed', notAfterMs: floor(someDayMs + 11 * hourMs + dayMs) })
    expect(readFiles()[0]).toBe(key)
    expect(readFiles()[2]).toBe(ca)
    expect(installed().publicKey.equals(createPublicKey(readFileSync(request.paths.key)))).toBe(true)
    expect(await renew()).toMatchObject({ outcome: 'not-due' })
  })

  it('takes place with a file of several CAs and text, which stays as it is', async () => {
    const [own = ''] = readFiles().slice(2)
    const file = `# the next one\n${newCa().pem}# the one that signs\n${own}`
    writeFileSync(request.paths.ca, file)
    expect(await renew(true)).toMatchObject({ outcome: 'renewed' })
    expect(readFiles()[2]).toBe(file)
    expect(await requestCertificate(request, world)).toMatchObject({ caWasKnown: true })
    expect(readFiles()[2]).toBe(file)
  })

  it('takes place at once when it is forced', async () => {
    expect(await renew(true)).toMatchObject({ outcome: 'renewed' })
  })

  it('renews a certificate that expired months ago, after a machine was off for so long', async () => {
    passTime(90 * dayMs)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
    expect(Date.parse(installed().validTo)).toBeGreaterThan(someDayMs + 90 * dayMs)
  })

  it('before use, asks for an expired one at once whatever failed before, and until the signer is there', async () => {
    passTime(90 * dayMs)
    await signer.stop()
    expect(await refusalOf(() => renew(true))).toMatchObject({ code: 'unavailable' })
    expect(await renew()).toMatchObject({ outcome: 'not-due' })
    let pauses = 0
    const pause = async (): Promise<void> => {
      pauses += 1
      if (pauses === 2) await signer.start()
    }
    const patience = { limitMs: 60_000, pause }
    expect(await renewBeforeUse({ stateFile: request.stateFile }, patience, world)).toMatchObject({
      outcome: 'renewed',
    })
    expect(pauses).toBe(2)
  })

  it('before use, gives up in time, and does not ask for one that is good', async () => {
    const { stateFile } = request
    const never = { limitMs: 1000, pause: async () => expect.unreachable() }
    expect(await renewBeforeUse({ stateFile }, never, world)).toMatchObject({ outcome: 'not-due' })
    passTime(90 * dayMs)
    await signer.stop()
    let nowMs = 0
    const patience = { limitMs: 2500, now: () => nowMs, pause: async () => (nowMs += 1000) }
    expect(await refusalOf(() => renewBeforeUse({ stateFile }, patience, world))).toMatchObject({ code: 'unavailable' })
    expect(nowMs).toBe(3000)
    await signer.start()
  })

  it('works for a member too', async () => {
    const stateFile = `${request.stateFile}.member`
    const member = { ...request, kind: 'member', name: 'etcd-2', address: '127.0.0.1', stateFile } as const
    await requestCertificate({ ...member, newKey: true }, world)
    passTime(45 * dayMs)
    expect(await renewCertificate({ stateFile }, world)).toMatchObject({ outcome: 'renewed', name: 'etcd-2' })
    expect(installed().subjectAltName).toContain('IP Address:127.0.0.1')
  })

  it('refreshes the saved endpoints', async () => {
    signer.peers = 'https://127.0.0.1:2379\nhttps://[::1]:2379\n'
    await renew(true)
    const state = parseClientState(readFileSync(request.stateFile, 'utf8'), 'the state')
    expect(state.endpoints).toEqual(['https://127.0.0.1:2379', 'https://[::1]:2379'])
  })

  describe('where a kube-apiserver of this host uses the certificate', () => {
    const manifest = () => join(base, `${count}`, 'kube-apiserver.yaml')
    const writeManifest = (servers: string, certificate = request.paths.certificate) => {
      const command = ['kube-apiserver', `--etcd-certfile=${certificate}`, `--etcd-servers=${servers}`]
      writeFileSync(manifest(), JSON.stringify({ spec: { containers: [{ command }] } }), { mode: 0o600 })
    }
    const renewHere = (given: Partial<ClientWorld> = {}) => {
      const own = { ...world, ownUid: process.geteuid?.() ?? 0 }
      const sources = { ...own, listCommandLines: async () => [], ownAddresses: () => [] }
      const renewing = { ...own, readApiservers: () => readApiservers(sources, manifest()), ...given }
      return renewCertificate({ stateFile: request.stateFile, force: true }, renewing)
    }
    beforeEach(() => {
      signer.peers = 'https://192.0.2.11:2379\nhttps://192.0.2.12:2379\n'
    })

    it('warns of members that are gone or missing in its --etcd-servers, with the flag to put', async () => {
      writeManifest('https://192.0.2.11:2379,https://192.0.2.9:2379')
      expect(await renewHere()).toMatchObject({ outcome: 'renewed' })
      expect(warnings).toEqual([
        `kube-apiserver (${manifest()}) names https://192.0.2.9:2379, no member any more and lacks https://192.0.2.12:2379; ` +
          'it should have: --etcd-servers=https://192.0.2.11:2379,https://192.0.2.12:2379',
      ])
    })

    it('says nothing where it names all members, or uses another certificate', async () => {
      writeManifest('https://192.0.2.12:2379,https://192.0.2.11:2379')
      await renewHere()
      writeManifest('https://192.0.2.9:2379', '/etc/kubernetes/pki/other.crt')
      await renewHere()
      expect(warnings).toEqual([])
    })

    it('says nothing where the signer could not tell the members', async () => {
      writeManifest('https://192.0.2.9:2379')
      signer.peers = '\u001b[2J'
      await renewHere()
      expect(warnings).toEqual([expect.stringContaining('the members are not known')])
    })

    it('renews all the same where it cannot be looked at', async () => {
      const readApiservers = () => Promise.reject(new SignetError('internal', 'no /proc'))
      expect(await renewHere({ readApiservers })).toMatchObject({ outcome: 'renewed' })
      expect(warnings).toEqual(['kube-apiserver was not looked at: no /proc'])
    })
  })

  it('keeps the saved endpoints where etcd cannot be asked', async () => {
    signer.peers = '\u001b[2J'
    expect(await renew(true)).toMatchObject({ endpoints: ['https://127.0.0.1:2379'] })
    expect(warnings).toEqual([expect.stringContaining('the members are not known')])
  })

  it('restores a certificate that is missing, spoilt, or for another key', async () => {
    unlinkSync(request.paths.certificate)
    passTime(120_000)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
    writeFileSync(request.paths.certificate, 'spoilt')
    passTime(120_000)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
    writeFileSync(request.paths.key, formatClientKey(await createClientKey()))
    // At most one request a minute; and no certificate is passed off as one that is valid.
    expect(await renew()).toMatchObject({ outcome: 'not-due', notAfterMs: undefined })
    passTime(120_000)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
    expect(installed().publicKey.equals(createPublicKey(readFileSync(request.paths.key)))).toBe(true)
    expect(warnings).toHaveLength(3)
  })

  it('survives a clock that jumps forward by a year and back: asks seldom, installs nothing wrong, goes on', async () => {
    const { stateFile } = request
    const ahead = { now: () => signer.authority.clock.nowMs + 365 * dayMs }
    passTime(hourMs)
    const renewAhead = () => renewCertificate({ stateFile }, { ...world, clock: ahead })
    const error = await expectKept(renewAhead)
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('that came expired at') })
    expect(error.hint).toContain('compare the clocks')
    passTime(30_000)
    expect(await renewAhead()).toMatchObject({ outcome: 'not-due' })
    // The clock is right again: the attempt in the future says nothing, and the certificate is as good as before.
    expect(await renew()).toMatchObject({ outcome: 'not-due' })
    passTime(10 * hourMs)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
  })

  it('asks once where the clock jumps forward by half a day, and not again when it is set right', async () => {
    const { stateFile } = request
    const ahead = { now: () => signer.authority.clock.nowMs + 12 * hourMs }
    expect(await renewCertificate({ stateFile }, { ...world, clock: ahead })).toMatchObject({ outcome: 'renewed' })
    passTime(60_000)
    const asked = signer.calls.length
    expect(await renew()).toMatchObject({ outcome: 'not-due' })
    expect(signer.calls).toHaveLength(asked)
  })

  it('renews after the clock was set back by a year', async () => {
    passTime(365 * dayMs)
    await renew(true)
    passTime(-365 * dayMs)
    expect(await renew()).toMatchObject({ outcome: 'renewed', notAfterMs: floor(someDayMs + dayMs) })
  })
})

describeWith('ssh', 'a renewal that fails keeps the old certificate:', () => {
  it('signer down for two thirds of the lifetime, and back', async () => {
    await signer.stop()
    let attempts = 0
    for (let waited = 0; waited < dayMs; waited += 60_000) {
      signer.authority.clock.nowMs = someDayMs + waited
      if (signer.authority.clock.nowMs < (await readNextAttemptMs(request.stateFile, world))) continue
      attempts += 1
      expect(await expectKept(() => renewFailing())).toMatchObject({ code: 'unavailable' })
    }
    // Once due, at first each minute or two, then every hour or two, at the end every ten minutes.
    expect(attempts).toBeGreaterThan(10)
    expect(attempts).toBeLessThan(100)
    await signer.start()
    passTime(3 * hourMs)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
  })

  it('a disk that cannot take when the last attempt was: who stays in memory still asks at the pace of the plan', async () => {
    passTime(12 * hourMs)
    const nowMs = signer.authority.clock.nowMs
    expect(await readNextAttemptMs(request.stateFile, world)).toBeLessThanOrEqual(nowMs)
    const remembered = { lastAttemptMs: nowMs, failures: 1 }
    expect(await readNextAttemptMs(request.stateFile, world, remembered)).toBeGreaterThanOrEqual(nowMs + 60_000)
    const older = { lastAttemptMs: someDayMs - hourMs, failures: 9 }
    expect(await readNextAttemptMs(request.stateFile, world, older)).toBeLessThanOrEqual(nowMs)
  })

  it('at most one request a minute', async () => {
    await signer.stop()
    passTime(12 * hourMs)
    await refusalOf(() => renewFailing())
    passTime(59_000)
    expect(await renewFailing()).toMatchObject({ outcome: 'not-due' })
    passTime(62_000)
    await refusalOf(() => renewFailing())
    await signer.start()
  })

  it('another CA than the installed one', async () => {
    writeFileSync(request.paths.ca, newCa().pem)
    passTime(12 * hourMs)
    const error = await expectKept(() => renew())
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('not signed by the trusted CA') })
  })

  it.each([
    ['a key that others can read', () => chmodSync(request.paths.key, 0o644), 'can be read by other accounts'],
    ['a key that is none', () => writeFileSync(request.paths.key, 'none'), 'is not one private key'],
    ['a CA that is none', () => writeFileSync(request.paths.ca, 'none'), 'cannot be used'],
    [
      'a CA file with a leaf in it',
      () => appendFileSync(request.paths.ca, installed().toString()),
      'certificate 2 of 2',
    ],
    ['a CA file with a key in it', () => appendFileSync(request.paths.ca, readFiles()[0] ?? ''), 'holds a private key'],
    ['a state that is none', () => writeFileSync(request.stateFile, '{}'), 'is not what a request has left'],
  ])('%s', async (_, spoil, message) => {
    spoil()
    passTime(12 * hourMs)
    const asked = signer.calls.length
    const error = await expectKept(() => renew())
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining(message) })
    // Not even asked: the signer would sign at each attempt what cannot be installed.
    expect(signer.calls.slice(asked)).toEqual([])
  })

  it.each([
    ['key', 'is gone'],
    ['ca', 'is gone'],
  ] as const)('the %s is gone', async (which, message) => {
    unlinkSync(request.paths[which])
    passTime(12 * hourMs)
    expect(await refusalOf(() => renew())).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(message),
    })
  })

  it('nothing was requested yet', async () => {
    unlinkSync(request.stateFile)
    const error = await expectKept(() => renew())
    expect(error).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('no certificate was request'),
    })
  })

  it.each(['ENOSPC', 'EROFS'])('a disk that answers %s', async (code) => {
    const write = () => Promise.reject(Object.assign(new Error(code), { code }))
    passTime(12 * hourMs)
    const files = { ...localFiles, write }
    const { stateFile } = request
    const error = await expectKept(() => renewCertificate({ stateFile }, { ...world, files }))
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('cannot be written') })
  })
})

describeWith('ssh', 'a key that is exchanged while the signer is asked', () => {
  it('makes the renewal throw its certificate away, so that the pair matches', async () => {
    passTime(12 * hourMs)
    const slow: AskSigner = async (asked, word, input) => {
      const answer = await ask(asked, word, input)
      if (word === request.name) await requestCertificate({ ...request, newKey: true }, world)
      return answer
    }
    const { stateFile } = request
    const error = await refusalOf(() => renewCertificate({ stateFile }, { ...world, ask: slow }))
    expect(error).toMatchObject({ code: 'try-later', message: expect.stringContaining('was exchanged while') })
    expect(installed().publicKey.equals(createPublicKey(readFileSync(request.paths.key)))).toBe(true)
  })
})

describeWith('ssh', 'a renewal goes on', () => {
  it('with a member that it knows, where the signer is gone', async () => {
    const answers: AskSigner = (asked, word, input) => {
      if (asked.address !== '127.0.0.1') return ask({ ...asked, address: '127.0.0.1' }, word, input)
      return Promise.reject(new SignetError('unavailable', 'gone'))
    }
    signer.peers = 'https://192.0.2.7:2379\n'
    await renew(true)
    passTime(12 * hourMs)
    const { stateFile } = request
    const renewal = await renewCertificate({ stateFile }, { ...world, ask: answers })
    expect(renewal).toMatchObject({ outcome: 'renewed', signer: '192.0.2.7' })
  })

  it('with a host key that changed, and reports it', async () => {
    await signer.stop()
    await signer.start('another-host-key')
    passTime(12 * hourMs)
    expect(await renew()).toMatchObject({ outcome: 'renewed' })
    expect(changedHostKeys).toBeGreaterThan(0)
    await signer.stop()
    await signer.start()
  })
})

function floor(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000
}

/** Without ssh, whose every call takes its time: nobody is there anyway. */
function renewFailing() {
  const down: AskSigner = () => Promise.reject(new SignetError('unavailable', 'down'))
  return renewCertificate({ stateFile: request.stateFile }, { ...world, ask: down })
}

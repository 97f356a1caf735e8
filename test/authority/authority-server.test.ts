import { readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { maxListedMembers } from '../../src/core/member-name.ts'
import {
  type AuthorityAnswer,
  type AuthorityQuestion,
  maxLineBytes,
  maxListedMasters,
  maxSharedKeys,
  parseAuthorityAnswer,
} from '../../src/protocol/authority-message.ts'
import { isSignedBy, parseCertificate } from '../../src/x509/parse-certificate.ts'
import { parsePem } from '../../src/x509/pem.ts'
import { writeCsr } from '../../src/x509/write/write-csr.ts'
import { clientQuestion, memberQuestion, newEcKey, TestAuthority } from '../support/signer/test-authority.ts'

const hourMs = 3_600_000
let authority: TestAuthority

beforeEach(() => {
  authority = new TestAuthority({ clockPolicy: 'check' })
})

afterEach(async () => {
  await authority.remove()
})

function certificateIn(answer: AuthorityAnswer | undefined) {
  if (answer === undefined || !('certificate' in answer)) throw new Error(`no certificate in ${JSON.stringify(answer)}`)
  return parseCertificate(parsePem(answer.certificate, 'CERTIFICATE'))
}

function failureIn(answer: AuthorityAnswer | undefined) {
  if (answer === undefined || !('failure' in answer)) throw new Error(`no failure in ${JSON.stringify(answer)}`)
  return answer.failure
}

function journalLines(): Record<string, string>[] {
  const text = readFileSync(authority.journalFile, 'utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

describe('the authority', () => {
  it('signs, and has journalled what it signed before it answers', async () => {
    await authority.start()
    const [answer] = await authority.ask(clientQuestion('kubemaster-1'))
    const certificate = certificateIn(answer)
    expect(isSignedBy(certificate, authority.ca.certificate)).toBe(true)
    expect(certificate.subjectCommonName).toBe('kubemaster-1')
    expect(certificate.notAfterMs).toBe(authority.clock.nowMs + 24 * hourMs)
    expect(certificate.notBeforeMs).toBe(authority.clock.nowMs - hourMs / 6)
    expect(journalLines()).toEqual([
      {
        time: new Date(authority.clock.nowMs).toISOString(),
        address: '192.0.2.1',
        name: 'kubemaster-1',
        serial: certificate.serialHex,
        publicKeySha256: certificate.publicKey.sha256,
        expiry: new Date(certificate.notAfterMs).toISOString(),
      },
    ])
  })

  it('answers many at once, each with its own certificate and its own line', async () => {
    await authority.start()
    const key = newEcKey()
    const names = Array.from({ length: 100 }, (_, index) => `kubemaster-${index}`)
    const answers = await authority.ask(...names.map((name) => clientQuestion(name, key)))
    expect(answers.map((answer) => certificateIn(answer).subjectCommonName)).toEqual(names)
    expect(new Set(journalLines().map(({ serial }) => serial)).size).toBe(100)
  })

  it('keeps certificates inside the validity of the CA', async () => {
    await authority.start()
    authority.clock.nowMs = authority.ca.certificate.notAfterMs - hourMs
    const [answer] = await authority.ask(clientQuestion('kubemaster-1'))
    expect(certificateIn(answer).notAfterMs).toBe(authority.ca.certificate.notAfterMs)
  })

  it('signs nothing once the CA has expired', async () => {
    await authority.start()
    authority.clock.nowMs = authority.ca.certificate.notAfterMs
    expect(failureIn((await authority.ask(clientQuestion('kubemaster-1')))[0]).code).toBe('configuration')
    expect(journalLines()).toEqual([])
  })

  it('says 75 while its clock is before the beginning of the CA, also of what lives for two minutes', async () => {
    await authority.start()
    const csr = writeCsr('signet-doctor', newEcKey()).toString('base64')
    for (const minutes of [1, 5, 9, 11]) {
      authority.clock.nowMs = authority.ca.certificate.notBeforeMs - minutes * 60_000
      const [answer] = await authority.ask({ ask: 'probe', csr })
      if (minutes > 1)
        expect(failureIn(answer)).toMatchObject({ code: 'try-later', hint: expect.stringContaining('clock') })
      else certificateIn(answer)
    }
  })

  it('signs nothing that the journal cannot hold, and goes on when it can again', async () => {
    await authority.start()
    await authority.ask(clientQuestion('kubemaster-1'))
    renameSync(authority.journalFile, `${authority.journalFile}.1`)
    symlinkSync('/dev/full', authority.journalFile)
    const failure = failureIn((await authority.ask(clientQuestion('kubemaster-2')))[0])
    expect(failure).toMatchObject({ code: 'try-later', message: expect.stringContaining('journal') })
    rmSync(authority.journalFile)
    certificateIn((await authority.ask(clientQuestion('kubemaster-3')))[0])
    expect(journalLines().map(({ name }) => name)).toEqual(['kubemaster-3'])
  })

  it('gives a member name to one address alone, though two ask at once while etcd is silent', async () => {
    await authority.start()
    const ask = (address: string) => memberQuestion('etcd-9', address, null)
    const [first, second, again] = await authority.ask(ask('192.0.2.1'), ask('192.0.2.2'), ask('192.0.2.1'))
    certificateIn(first)
    expect(failureIn(second)).toMatchObject({ code: 'refused', message: expect.stringContaining('192.0.2.1') })
    certificateIn(again)
  })

  it('holds no name for an address whose certificate the journal could not hold', async () => {
    await authority.start()
    symlinkSync('/dev/full', `${authority.journalFile}.full`)
    renameSync(`${authority.journalFile}.full`, authority.journalFile)
    expect(failureIn((await authority.ask(memberQuestion('etcd-9', '192.0.2.1', null)))[0]).code).toBe('try-later')
    rmSync(authority.journalFile)
    certificateIn((await authority.ask(memberQuestion('etcd-9', '192.0.2.2', null)))[0])
  })

  it('signs nothing while its clock is more than ten minutes behind the journal', async () => {
    await authority.start()
    await authority.ask(clientQuestion('kubemaster-1'))
    authority.clock.nowMs -= hourMs
    const failure = failureIn((await authority.ask(clientQuestion('kubemaster-1')))[0])
    expect(failure).toMatchObject({ code: 'try-later', hint: expect.stringContaining('clock: trust') })
    authority.clock.nowMs += hourMs - 9 * 60_000
    certificateIn((await authority.ask(clientQuestion('kubemaster-1')))[0])
  })

  it('remembers the time of the last line over a restart', async () => {
    await authority.start()
    await authority.ask(clientQuestion('kubemaster-1'))
    await authority.stop()
    authority.clock.nowMs -= hourMs
    await authority.start()
    expect(failureIn((await authority.ask(clientQuestion('kubemaster-1')))[0]).code).toBe('try-later')
  })

  it('signs with a clock set back where root has written "clock: trust"', async () => {
    await authority.start({ clockPolicy: 'trust' })
    authority.clock.nowMs += 2 * hourMs
    await authority.ask(clientQuestion('kubemaster-1'))
    authority.clock.nowMs -= hourMs
    certificateIn((await authority.ask(clientQuestion('kubemaster-1')))[0])
  })

  it('reports a changed key in its status, and signs all the same', async () => {
    await authority.start()
    await authority.ask(clientQuestion('kubemaster-1'), clientQuestion('kubemaster-2'))
    certificateIn((await authority.ask(clientQuestion('kubemaster-1')))[0])
    const [answer] = await authority.ask({ ask: 'status' })
    expect(answer).toMatchObject({
      status: { changedKeys: ['kubemaster-1'], clientLifetimeSeconds: 86_400, pin: expect.stringMatching(/^SHA256:/) },
    })
  })

  it('tells of a master that was built anew until its old certificate expires, however often the new key renews', async () => {
    await authority.start()
    const newKey = newEcKey()
    const changed = async () => {
      const [status, masters] = await authority.ask({ ask: 'status' }, { ask: 'masters' })
      if (status === undefined || !('status' in status) || masters === undefined || !('masters' in masters)) return
      return [status.status.changedKeys.length, masters.masters.keysChanged]
    }
    await authority.ask(clientQuestion('kubemaster-1'))
    for (let hour = 8; hour < 24; hour += 8) {
      authority.clock.nowMs += 8 * hourMs
      await authority.ask(clientQuestion('kubemaster-1', newKey))
      expect(await changed()).toEqual([1, 1])
    }
    await authority.stop()
    await authority.start()
    expect(await changed()).toEqual([1, 1])
    authority.clock.nowMs += 8 * hourMs
    expect(await changed()).toEqual([0, 0])
    await authority.ask(clientQuestion('kubemaster-1', newKey))
    expect(await changed()).toEqual([0, 0])
  })

  it('lists the masters that it signed for, with address, expiry and changed key', async () => {
    await authority.start()
    await authority.ask(clientQuestion('kubemaster-1'), clientQuestion('kubemaster-2'))
    await authority.ask(clientQuestion('kubemaster-1'))
    const [answer] = await authority.ask({ ask: 'masters' })
    const expiry = new Date(authority.clock.nowMs + 24 * hourMs).toISOString()
    const master = (name: string, keyChanged: boolean) => ({ name, address: '192.0.2.1', expiry, keyChanged })
    const soonest = [master('kubemaster-2', false), master('kubemaster-1', true)]
    expect(answer).toMatchObject({ masters: { total: 2, expired: 0, keysChanged: 1, soonest } })
  })

  it('names two masters that use one key, after a restart too, and no longer once one has its own', async () => {
    await authority.start()
    const key = newEcKey()
    const shared = async () => {
      const [answer] = await authority.ask({ ask: 'masters' })
      return answer !== undefined && 'masters' in answer ? answer.masters.sharedKeys : undefined
    }
    await authority.ask(clientQuestion('kubemaster-1', key), clientQuestion('kubemaster-2', key))
    const masters = ['kubemaster-1', 'kubemaster-2'].map((name) => ({ name, address: '192.0.2.1' }))
    expect(await shared()).toEqual([{ total: 2, masters }])
    await authority.stop()
    await authority.start()
    expect(await shared()).toEqual([{ total: 2, masters }])
    await authority.ask(clientQuestion('kubemaster-2'))
    expect(await shared()).toEqual([])
  })

  it('lists no more masters than fit a line, whatever their names and addresses are', async () => {
    await authority.start()
    const address = '2001:db8:1111:2222:3333:4444:5555:6666'
    const questions = Array.from({ length: maxListedMasters + 1 }, (_, index) => {
      const name = `kubemaster-${String(index).padStart(52, 'x')}`
      return { ...clientQuestion(name), address } as AuthorityQuestion
    })
    await authority.ask(...questions)
    const { keys, mastersOfKey } = maxSharedKeys
    for (let index = 0; index <= keys; index += 1) {
      const key = newEcKey()
      const sharing = Array.from({ length: mastersOfKey + 1 }, (_, holder) => {
        const name = `kubemaster-${String(index * 100 + holder).padStart(52, 'y')}`
        return { ...clientQuestion(name, key), address } as AuthorityQuestion
      })
      await authority.ask(...sharing)
    }
    const [answer] = await authority.ask({ ask: 'masters' })
    const sharing = (keys + 1) * (mastersOfKey + 1)
    expect(answer).toMatchObject({ masters: { total: maxListedMasters + 1 + sharing, keysShared: keys + 1 } })
    const line = JSON.stringify(answer)
    expect(line.length).toBeLessThan(maxLineBytes)
    expect(parseAuthorityAnswer(line)).toEqual(answer)
  })

  it('lists the members of signet.yaml, who holds a name since when, and for whom one is reserved', async () => {
    await authority.start({ rules: { joins: 'open', members: { 'etcd-1': '192.0.2.11' } } })
    const listed = memberQuestion('etcd-2', '192.0.2.12', ['192.0.2.12'])
    await authority.ask(listed, memberQuestion('etcd-3', '192.0.2.13', []))
    const since = new Date(authority.clock.nowMs).toISOString()
    const until = new Date(authority.clock.nowMs + 10 * 60_000).toISOString()
    authority.clock.nowMs += 60_000
    await authority.ask(listed)
    const expiry = new Date(authority.clock.nowMs + 90 * 24 * hourMs).toISOString()
    const [answer] = await authority.ask({ ask: 'members' })
    expect(answer).toMatchObject({
      members: {
        joins: 'open',
        configured: [{ name: 'etcd-1', address: '192.0.2.11' }],
        holders: [{ name: 'etcd-2', address: '192.0.2.12', since, expiry }],
        reserved: [{ name: 'etcd-3', address: '192.0.2.13', until }],
      },
    })
  })

  it('lists no more members than fit a line, whatever their names and addresses are', async () => {
    const member = (index: number) => `etcd-${String(index).padStart(52, 'x')}`
    const address = (index: number) => `2001:db8:1111:${(0x1000 + index).toString(16)}:3333:4444:5555:6666`
    const indices = Array.from({ length: maxListedMembers }, (_, index) => index)
    const members = Object.fromEntries(indices.map((index) => [member(index), address(index)]))
    await authority.start({ rules: { joins: 'open', members } })
    const questions = [...indices, 64, 65].flatMap((index) => [
      memberQuestion(member(index + 100), address(index), [address(index)]),
      memberQuestion(member(index + 200), address(index), []),
    ])
    for (const answer of await authority.ask(...questions)) certificateIn(answer)
    const [answer] = await authority.ask({ ask: 'members' })
    const line = JSON.stringify(answer)
    expect(line.length).toBeLessThan(maxLineBytes)
    expect(parseAuthorityAnswer(line)).toEqual(answer)
    expect(answer).toMatchObject({ members: { holders: { length: 64 }, reserved: { length: 64 } } })
  })

  it('signs a probe of doctor without SAN, and journals it like everything else', async () => {
    await authority.start()
    const csr = writeCsr('signet-doctor', newEcKey()).toString('base64')
    const certificate = certificateIn((await authority.ask({ ask: 'probe', csr }))[0])
    expect(certificate).toMatchObject({ subjectCommonName: 'signet-doctor', dnsNames: [], ipAddresses: [] })
    expect(certificate.notAfterMs).toBe(authority.clock.nowMs + 120_000)
    expect(journalLines()).toMatchObject([{ name: 'signet-doctor', serial: certificate.serialHex }])
  })

  it('answers a broken CSR with a failure and serves on', async () => {
    await authority.start()
    const question = clientQuestion('kubemaster-1')
    const [broken, good] = await authority.ask({ ...question, csr: 'AAAA' } as typeof question, question)
    expect(failureIn(broken).code).toBe('bad-data')
    certificateIn(good)
  })

  it.each(['a\u2028b', '192.0.2.1\n', '192.0.2.01', '::ffff:192.0.2.1', '2001:DB8::1', 'fe80::1%eth0', ''])(
    'neither signs nor writes down for %j, which is no canonical address',
    async (address) => {
      await authority.start()
      const csr = writeCsr('kubemaster-1', newEcKey()).toString('base64')
      const question = { ask: 'client', name: 'kubemaster-1', address, csr }
      const socket = connect(authority.socketPath)
      socket.on('error', () => {})
      socket.resume()
      socket.write(`${JSON.stringify({ id: 1, question })}\n`)
      await new Promise((resolve) => socket.once('close', resolve))
      expect(journalLines()).toEqual([])
    },
  )

  it.each(['nonsense\n', '{}\n', '{"id":1,"question":{"ask":"sign-anything"}}\n', `${'x'.repeat(70_000)}`])(
    'closes a connection that does not speak its language: %#',
    async (text) => {
      await authority.start()
      const socket = connect(authority.socketPath)
      socket.on('error', () => {})
      socket.resume()
      socket.write(text)
      await new Promise((resolve) => socket.once('close', resolve))
      certificateIn((await authority.ask(clientQuestion('kubemaster-1')))[0])
    },
  )

  it('answers others at once while one asks for all it knows without reading the answers', async () => {
    await authority.start()
    const key = newEcKey()
    const names = Array.from({ length: 200 }, (_, index) => `kubemaster-${'x'.repeat(40)}${index}`)
    await authority.ask(...names.map((name) => clientQuestion(name, key)))
    const greedy = connect(authority.socketPath)
    greedy.on('error', () => {}).pause()
    greedy.write('{"id":1,"question":{"ask":"masters"}}\n'.repeat(100_000))
    const startedMs = performance.now()
    for (let count = 0; count < 10; count += 1) await authority.ask({ ask: 'status' })
    expect(performance.now() - startedMs).toBeLessThan(2500)
    greedy.destroy()
  })

  it('ends while a client is connected, after it has answered what was asked', async () => {
    await authority.start()
    const socket = connect(authority.socketPath)
    const received: string[] = []
    socket.setEncoding('utf8').on('data', (text: string) => received.push(text))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const question = clientQuestion('kubemaster-1')
    await new Promise<void>((resolve) => socket.write(`${JSON.stringify({ id: 7, question })}\n`, () => resolve()))
    await vi.waitFor(() => expect(received.length + journalLines().length).toBeGreaterThan(0))
    await authority.stop()
    await closed
    expect(JSON.parse(received.join(''))).toMatchObject({ id: 7, certificate: expect.stringContaining('BEGIN') })
    await authority.start()
  })

  it('refuses to share its socket with another authority, and replaces one that was left behind', async () => {
    await authority.start()
    const second = new TestAuthority({ clockPolicy: 'check' })
    Object.assign(second, { socketPath: authority.socketPath })
    await expect(second.start()).rejects.toMatchObject({ code: 'configuration' })
    await second.remove()
  })
})

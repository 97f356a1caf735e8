import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { hostLayout } from '../../../src/host/host-layout.ts'
import type { AuthorityQuestion } from '../../../src/protocol/authority-message.ts'
import { isSignedBy, parseCertificate } from '../../../src/x509/parse-certificate.ts'
import { parsePem } from '../../../src/x509/pem.ts'
import { writeCsr } from '../../../src/x509/write/write-csr.ts'
import { testKey } from '../x509/build-csr.ts'
import { SignerProcesses } from './signer-processes.ts'
import { askAuthority, clientQuestion, memberQuestion, TestAuthority } from './test-authority.ts'

const processes = new SignerProcesses()
const authority = new TestAuthority({ clock: systemClock })

beforeAll(async () => {
  await processes.start()
  await authority.start()
})
afterAll(async () => {
  await processes.stop()
  await authority.remove()
})

/** What stays of an answer when names, keys and instants of its own are left out. */
function likeness(answer: unknown): unknown {
  const text = JSON.stringify(answer, (name, value) => (name === 'certificate' ? describeCertificate(value) : value))
  return JSON.parse(text, (name, value) =>
    /^(time|pin|caNotAfter|since|until|expiry)$/.test(name) ? typeof value : value,
  )
}

function describeCertificate(pem: string): unknown {
  const certificate = parseCertificate(parsePem(pem, 'CERTIFICATE'))
  const { subjectCommonName, dnsNames, ipAddresses, keyUsage, extendedKeyUsage, notBeforeMs, notAfterMs } = certificate
  const lifetimeMs = notAfterMs - notBeforeMs
  return { subjectCommonName, dnsNames, ipAddresses, keyUsage, extendedKeyUsage, lifetimeMs }
}

const csr = writeCsr('kubemaster-2', testKey).toString('base64')

it.each<[string, AuthorityQuestion]>([
  ['a client', clientQuestion('kubemaster-1')],
  ['a client whose CSR has another name', { ask: 'client', name: 'kubemaster-3', address: '192.0.2.1', csr }],
  ['a CSR that is none', { ask: 'client', name: 'kubemaster-2', address: '192.0.2.1', csr: 'MAA=' }],
  ['a member that etcd lists', memberQuestion('etcd-1', '192.0.2.11', ['192.0.2.11'])],
  ['a member that etcd does not list', memberQuestion('etcd-2', '192.0.2.12', [])],
  ['a member while etcd is away', memberQuestion('etcd-3', '192.0.2.13', null)],
  ['the status', { ask: 'status' }],
  ['the masters', { ask: 'masters' }],
  ['the members', { ask: 'members' }],
])('answers as the daemon does when it is asked for %s', async (_what, question) => {
  const [[real], [ours]] = await Promise.all([
    askAuthority(processes.authoritySocket, question),
    authority.ask(question),
  ])
  expect(likeness(ours)).toEqual(likeness(real))
})

it('signs with its own CA, at the instant that the test has set', async () => {
  const held = new TestAuthority()
  await held.start()
  held.clock.nowMs += 5 * 86_400_000
  const [answer] = await held.ask(clientQuestion('kubemaster-1'))
  if (answer === undefined || !('certificate' in answer)) throw new Error(JSON.stringify(answer))
  const certificate = parseCertificate(parsePem(answer.certificate, 'CERTIFICATE'))
  expect(isSignedBy(certificate, held.ca.certificate)).toBe(true)
  expect(certificate.notAfterMs).toBe(held.clock.nowMs + 86_400_000)
  await held.remove()
})

it('stands in for the authority of a host once that has a CA, and not before', async () => {
  const layout = hostLayout(join(processes.directory, 'host'))
  const ofHost = new TestAuthority({ clock: systemClock })
  await ofHost.startOn(layout)
  await expect(askAuthority(layout.authoritySocket, { ask: 'status' })).rejects.toThrow('ENOENT')
})

import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import type { SigningQuestion } from '../protocol/authority-message.ts'
import type { Csr } from '../x509/parse-csr.ts'
import { decideGrant, type Grant } from './certificate-policy.ts'

const lifetimes = { client: 86_400, member: 90 * 86_400 }
const free = { holder: undefined, reservedFor: undefined, hasRoom: true }
const context = { lifetimes, rules: { joins: 'open', members: {} }, standing: free, nowMs: 0 }
const csrText = 'AAAA'

function csrFor(commonName: string, algorithm = 'p256'): Csr {
  return { commonName, publicKey: { algorithm } } as unknown as Csr
}

function decide(question: SigningQuestion, commonName: string): Grant {
  return decideGrant(question, csrFor(commonName), context)
}

function memberQuestion(listedAddresses: string[] | null, address = '192.0.2.2'): SigningQuestion {
  return { ask: 'member', name: 'etcd-2', address, csr: csrText, listedAddresses }
}

describe('decideGrant', () => {
  it('grants a master the client profile for the client lifetime', () => {
    const question = { ask: 'client', name: 'kubemaster-1', address: '192.0.2.9', csr: csrText } as const
    const { profile, lifetimeSeconds } = decide(question, 'kubemaster-1')
    expect(lifetimeSeconds).toBe(86_400)
    expect(profile).toEqual({
      subjectCommonName: 'kubemaster-1',
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
      dnsNames: ['kubemaster-1'],
      ipAddresses: [],
    })
  })

  it('grants a listed member the member lifetime from its listed address', () => {
    const { profile, lifetimeSeconds, holds } = decide(memberQuestion(['192.0.2.2']), 'etcd-2')
    expect(lifetimeSeconds).toBe(90 * 86_400)
    expect(holds).toBe(true)
    expect(profile.extendedKeyUsage).toEqual(['serverAuth', 'clientAuth'])
    expect(profile.dnsNames).toEqual(['etcd-2', 'localhost', 'peer.etcd.signet.internal'])
    expect(profile.ipAddresses).toEqual(['192.0.2.2', '127.0.0.1', '::1'])
  })

  it('grants a name that etcd does not list the client lifetime, enough to join', () => {
    expect(decide(memberQuestion([]), 'etcd-2')).toMatchObject({ lifetimeSeconds: 86_400, holds: false })
  })

  it('names a loopback address once', () => {
    const { profile } = decide(memberQuestion(['127.0.0.1'], '127.0.0.1'), 'etcd-2')
    expect(profile.ipAddresses).toEqual(['127.0.0.1', '::1'])
  })

  it('gives an RSA member key encipherment', () => {
    const grant = decideGrant(memberQuestion([]), csrFor('etcd-2', 'rsa'), context)
    expect(grant.profile.keyUsage).toEqual(['digitalSignature', 'keyEncipherment'])
  })

  it('refuses a CSR whose CN differs, and quotes it safely', () => {
    const question = { ask: 'client', name: 'kubemaster-1', address: '192.0.2.9', csr: csrText } as const
    const error = syncRefusalOf(() => decide(question, 'kubemaster-2\n\u001b[31m'))
    expect(error.code).toBe('refused')
    expect(error.message).toMatch(/^[\x20-\x7e]+$/)
  })

  it.each<Exclude<SigningQuestion, { ask: 'endpoint' | 'probe' }>>([
    { ask: 'client', name: 'signet-endpoint', address: '192.0.2.9', csr: csrText },
    { ask: 'client', name: 'etcd-1', address: '192.0.2.9', csr: csrText },
    { ask: 'member', name: 'kubemaster-1', address: '192.0.2.9', csr: csrText, listedAddresses: [] },
  ])('signs no name of another profile, though the endpoint were broken: $ask $name', (question) => {
    expect(syncRefusalOf(() => decide(question, question.name)).code).toBe('usage')
  })

  it('gives the endpoint a client certificate of its own name for a day', () => {
    const { profile, lifetimeSeconds } = decide({ ask: 'endpoint', csr: csrText }, 'signet-endpoint')
    expect(profile.subjectCommonName).toBe('signet-endpoint')
    expect(profile.extendedKeyUsage).toEqual(['clientAuth'])
    expect(lifetimeSeconds).toBe(86_400)
  })
  it('gives doctor a client certificate without SAN for two minutes, under a name of its own', () => {
    const { profile, lifetimeSeconds } = decide({ ask: 'probe', csr: csrText }, 'signet-doctor')
    expect(profile).toMatchObject({ subjectCommonName: 'signet-doctor', dnsNames: [], ipAddresses: [] })
    expect(profile.extendedKeyUsage).toEqual(['clientAuth'])
    expect(lifetimeSeconds).toBe(120)
    expect(syncRefusalOf(() => decide({ ask: 'probe', csr: csrText }, 'kubemaster-1')).code).toBe('refused')
  })
})

import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { createTestCa, spkiOf, testNowMs } from '../../../test/support/x509/test-ca.ts'
import { formatPem } from '../../x509/pem.ts'
import type { CertificateTemplate } from '../../x509/write/write-certificate.ts'
import { type ReceivedCertificate, verifyIssued } from './verify-issued.ts'

const authority = createTestCa()
const hourMs = 3_600_000
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
const spki = spkiOf(ecKey)
const ca = formatPem('CERTIFICATE', authority.certificate.der)

const member: Partial<CertificateTemplate> = {
  subjectCommonName: 'etcd-1',
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
  dnsNames: ['etcd-1', 'localhost', 'peer.etcd.signet.internal'],
  ipAddresses: ['192.0.2.1', '127.0.0.1', '::1'],
}
const memberQuestion = { kind: 'member', name: 'etcd-1', address: '192.0.2.1' } as const

function verify(parts: Partial<CertificateTemplate> = {}, change: Partial<ReceivedCertificate> = {}) {
  return verifyIssued({
    certificatePem: formatPem('CERTIFICATE', authority.issue({ publicKey: spki, ...parts })),
    trusted: [authority.certificate],
    publicKeySpki: spki,
    name: 'kubemaster-1',
    kind: 'client',
    nowMs: testNowMs,
    ...change,
  })
}

const rsaSpki = spkiOf(createPublicKey(rsaKey.export({ type: 'spki', format: 'pem' })))

/** Written out, and not read from the profiles that the verifier reads: a wrong change there fails here. */
const master = {
  subjectCommonName: 'kubemaster-1',
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['clientAuth'],
  dnsNames: ['kubemaster-1'],
  ipAddresses: [],
} as const
const peer = {
  subjectCommonName: 'etcd-1',
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
  dnsNames: ['etcd-1', 'localhost', 'peer.etcd.signet.internal'],
  ipAddresses: ['192.0.2.1', '127.0.0.1', '::1'],
} as const
const rsaPeer = { ...peer, keyUsage: ['digitalSignature', 'keyEncipherment'] } as const
const contents: readonly (readonly [string, Partial<CertificateTemplate>, Partial<ReceivedCertificate>])[] = [
  ['a master', master, {}],
  ['a master with an RSA key', { ...master, publicKey: rsaSpki }, { publicKeySpki: rsaSpki }],
  ['a member', peer, memberQuestion],
  ['a member with an RSA key', { ...rsaPeer, publicKey: rsaSpki }, { ...memberQuestion, publicKeySpki: rsaSpki }],
  [
    'a member of IPv6',
    { ...peer, ipAddresses: ['2001:db8::1', '127.0.0.1', '::1'] },
    { ...memberQuestion, address: '2001:db8::1' },
  ],
  ['a member on loopback', { ...peer, ipAddresses: ['::1', '127.0.0.1'] }, { ...memberQuestion, address: '::1' }],
]
/** One of each kind that no certificate of ours holds, or that some do not. */
const others = {
  keyUsage: ['digitalSignature', 'keyEncipherment'],
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
  dnsNames: ['localhost', 'peer.etcd.signet.internal', 'evil.example'],
  ipAddresses: ['127.0.0.1', '::1', '192.0.2.9'],
} as const
type ListField = keyof typeof others

/** The contents with one entry less, and with one more, of every list. */
function spoil(parts: Partial<CertificateTemplate>): readonly Partial<CertificateTemplate>[] {
  return (Object.keys(others) as ListField[]).flatMap((field) => {
    const held: readonly string[] = parts[field] ?? []
    const fewer = held.map((entry) => held.filter((other) => other !== entry))
    const more = others[field].filter((entry) => !held.includes(entry)).map((entry) => [...held, entry])
    return [...fewer, ...more].map((list): Partial<CertificateTemplate> => ({ ...parts, [field]: list }))
  })
}

describe('the contents of a certificate', () => {
  it.each(contents)('%s: are these, and nothing less or more', (_, parts, question) => {
    expect(verify(parts, question).certificate.subjectCommonName).toBe(parts.subjectCommonName)
    const spoilt = spoil(parts)
    expect(spoilt.length).toBeGreaterThanOrEqual(8)
    for (const wrong of spoilt) expect(syncRefusalOf(() => verify(wrong, question)).code).toBe('refused')
    expect(syncRefusalOf(() => verify({ ...parts, subjectCommonName: 'other-1' }, question)).code).toBe('refused')
  })
})

describe('a certificate that came', () => {
  it('is accepted where it is the one that was asked for', () => {
    expect(verify().certificate.subjectCommonName).toBe('kubemaster-1')
    expect(verify(member, memberQuestion).certificate.subjectCommonName).toBe('etcd-1')
  })

  it('is accepted for a member on loopback, and for one with an RSA key', () => {
    const ipAddresses = ['127.0.0.1', '::1']
    expect(verify({ ...member, ipAddresses }, { ...memberQuestion, address: '127.0.0.1' })).toBeDefined()
    const publicKey = spkiOf(createPublicKey(rsaKey.export({ type: 'spki', format: 'pem' })))
    const keyUsage = ['digitalSignature', 'keyEncipherment'] as const
    expect(verify({ ...member, publicKey, keyUsage }, { ...memberQuestion, publicKeySpki: publicKey })).toBeDefined()
  })

  it('is accepted though this clock is a little behind', () => {
    expect(verify({ notBeforeMs: testNowMs + 4 * 60_000 })).toBeDefined()
  })

  it.each<[string, Partial<CertificateTemplate>, string, string]>([
    ['for another key', { publicKey: spkiOf(rsaKey) }, 'refused', 'is for another key'],
    ['for another name', { subjectCommonName: 'kubemaster-2' }, 'refused', 'another name than kubemaster-1'],
    ['without alternative names', { dnsNames: [] }, 'refused', 'other alternative names'],
    ['with a further name', { dnsNames: ['kubemaster-1', 'kubemaster-2'] }, 'refused', 'other alternative names'],
    ['with the same name twice', { dnsNames: ['kubemaster-1', 'kubemaster-1'] }, 'refused', 'other alternative names'],
    ['with an address', { ipAddresses: ['192.0.2.1'] }, 'refused', 'other alternative names'],
    ['for servers only', { extendedKeyUsage: ['serverAuth'] }, 'refused', 'not for clientAuth'],
    ['for servers too', { extendedKeyUsage: ['serverAuth', 'clientAuth'] }, 'refused', 'not for clientAuth'],
    ['without a purpose', { extendedKeyUsage: [] }, 'refused', 'not for clientAuth'],
    ['without key usage', { keyUsage: [] }, 'refused', 'not for clientAuth with digitalSignature'],
    ['of a CA', { isCa: true, keyUsage: ['keyCertSign'] }, 'refused', 'that of a CA'],
    ['expired', { notBeforeMs: testNowMs - 2 * hourMs, notAfterMs: testNowMs - 1000 }, 'configuration', 'expired at'],
    ['expired just now', { notAfterMs: testNowMs }, 'configuration', 'expired at'],
    ['of the future', { notBeforeMs: testNowMs + 6 * 60_000 }, 'configuration', 'is not valid before'],
  ])('is refused %s', (_, parts, code, message) => {
    const error = syncRefusalOf(() => verify(parts))
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(error.hint).toMatch(/\w/)
  })

  it.each<[string, Partial<CertificateTemplate>]>([
    ['another address', { ipAddresses: ['192.0.2.2', '127.0.0.1', '::1'] }],
    ['no address', { ipAddresses: [] }],
    ['no peer marker', { dnsNames: ['etcd-1', 'localhost'] }],
    ['a client purpose alone', { extendedKeyUsage: ['clientAuth'] }],
  ])('is refused for a member with %s', (_, parts) => {
    expect(syncRefusalOf(() => verify({ ...member, ...parts }, memberQuestion)).code).toBe('refused')
  })

  it('is refused where another CA has signed it, though that has the same name', () => {
    const other = createTestCa()
    const certificatePem = formatPem('CERTIFICATE', other.issue({ publicKey: spki }))
    const error = syncRefusalOf(() => verify({}, { certificatePem }))
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('not signed by the trusted CA') })
  })

  it('is accepted where any one of the trusted CAs has signed it, wherever that stands', () => {
    const others = [createTestCa().certificate, createTestCa().certificate] as const
    expect(verify({}, { trusted: [others[0], authority.certificate, others[1]] })).toBeDefined()
    expect(syncRefusalOf(() => verify({}, { trusted: others })).message).toContain('not signed by the trusted CA')
  })

  it('is accepted beside a CA that has expired, and refused where its own has', () => {
    const long = { notBeforeMs: testNowMs - 4 * hourMs, notAfterMs: testNowMs - hourMs }
    const spent = createTestCa(undefined, long)
    expect(verify({}, { trusted: [spent.certificate, authority.certificate] })).toBeDefined()
    const certificatePem = formatPem('CERTIFICATE', spent.issue({ publicKey: spki }))
    const error = syncRefusalOf(() =>
      verify({}, { certificatePem, trusted: [authority.certificate, spent.certificate] }),
    )
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('expired at') })
  })

  it('is accepted of a CA that has expired where the same key has a certificate that has not', () => {
    const { certificate: spent } = createTestCa(authority.key, { notAfterMs: testNowMs - 1000 })
    expect(verify({}, { trusted: [spent, authority.certificate] })).toBeDefined()
  })

  it.each([
    ['text', 'sorry'],
    ['nothing', ''],
    ['two certificates', `${ca}${ca}`],
    ['a certificate behind text', `hello\n${ca}`],
    ['a certificate with text behind it', `${ca}bye\n`],
    ['spoilt DER', formatPem('CERTIFICATE', Buffer.from([0x30, 0x80, 0, 0]))],
  ])('is refused as %s', (_, certificatePem) => {
    const error = syncRefusalOf(() => verify({}, { certificatePem }))
    expect(error).toMatchObject({
      code: 'bad-data',
      message: expect.stringContaining('the certificate from the signer'),
    })
    expect(error.message).not.toContain('\n')
  })
})

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { createTestCa, spkiOf, type TestCa, testNowMs } from '../../../test/support/x509/test-ca.ts'
import { memberProfile } from '../../protocol/certificate-profile.ts'
import { formatPem } from '../../x509/pem.ts'
import type { CertificateTemplate } from '../../x509/write/write-certificate.ts'
import { type SnapshotSidecar, sidecarSchema } from '../snapshot-receipt.ts'
import { canonicalJson } from './canonical-json.ts'
import { signSidecar } from './sign-sidecar.ts'
import { digestFor, signedBytes } from './signed-bytes.ts'
import { verifySignature } from './verify-signature.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-signature-'))
afterAll(() => rmSync(directory, { recursive: true }))

const hourMs = 3_600_000
const ca = createTestCa()
const kinds = {
  ec: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ed25519: () => generateKeyPairSync('ed25519'),
} as const
const member = kinds.ec()

const unsigned: SnapshotSidecar = {
  time: new Date(testNowMs).toISOString(),
  clusterId: '0123abcd4567ef89',
  memberId: '8e9e05c52164694d',
  etcdVersion: '3.5.16',
  alarms: [],
  revision: '9',
  compactRevision: '0',
  hashKv: { hash: 7, compactRevision: '-1' },
  keys: 3,
  bytes: 20_512,
  sha256: 'ab'.repeat(32),
  members: [
    { id: '8e9e05c52164694d', name: 'etcd-1', peerUrls: ['https://192.0.2.11:2380'] },
    { id: 'b71f75320dc06a6c', name: 'etcd-2', peerUrls: ['https://192.0.2.12:2380'] },
  ],
  caPin: `SHA256:${'0'.repeat(64)}`,
}

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A certificate, in PEM, as members get them; other in what is given. */
function certificateOf(pair: Pair, parts: Partial<CertificateTemplate> = {}, by: TestCa = ca): string {
  const name = parts.subjectCommonName ?? 'etcd-1'
  const profile = memberProfile(name, '192.0.2.11', pair.publicKey.asymmetricKeyType === 'rsa')
  return formatPem('CERTIFICATE', by.issue({ ...profile, publicKey: spkiOf(pair.publicKey), ...parts }))
}

function signed(sidecar: object, pair: Pair = member, certificate = certificateOf(pair)): Record<string, unknown> {
  const raw = JSON.parse(JSON.stringify(sidecar))
  const value = sign(digestFor(pair.privateKey), signedBytes(raw), pair.privateKey).toString('base64')
  return { ...raw, signature: { certificate, value } }
}

function judge(raw: Record<string, unknown>, trusted: TestCa = ca) {
  const sidecar = v.parse(sidecarSchema, raw)
  const { signature } = sidecar
  if (signature === undefined) throw new Error('it is not signed')
  return verifySignature({ raw, sidecar, signature, trusted: [trusted.certificate] })
}

const refusal = (raw: Record<string, unknown>, trusted?: TestCa) => syncRefusalOf(() => judge(raw, trusted))

describe('the signature of a sidecar', () => {
  it.each(Object.entries(kinds))('is of the member whose key made it: %s', (_, generate) => {
    const pair = generate()
    expect(judge(signed(unsigned, pair))).toMatchObject({
      member: 'etcd-1',
      certificateSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('holds whatever order the keys have, and over what a later version wrote', () => {
    const { signature, ...rest } = signed({ ...unsigned, later: { a: 1, __proto: [] } })
    const turned = { signature, ...Object.fromEntries(Object.entries(rest).toReversed()) }
    expect(judge(turned).member).toBe('etcd-1')
    expect(refusal({ ...turned, later: { a: 2, __proto: [] } })).toMatchObject({ code: 'bad-data' })
  })

  it('holds for no other sidecar, whatever is changed, added or left out', () => {
    const raw = signed(unsigned)
    const field = fc.constantFrom(...Object.keys(unsigned))
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        fc.pre(JSON.stringify(value) !== JSON.stringify(raw[name]))
        const changed = { ...raw, [name]: value }
        if (!v.safeParse(sidecarSchema, changed).success) return
        expect(['bad-data', 'refused']).toContain(refusal(changed).code)
      }),
    )
    expect(refusal({ ...raw, keys: 4 })).toMatchObject({
      code: 'bad-data',
      message: expect.stringContaining('changed'),
    })
    expect(refusal({ ...raw, added: true })).toMatchObject({ code: 'bad-data' })
  })

  it('is refused where a byte of it is another', () => {
    const raw = signed(unsigned)
    const { certificate, value } = v.parse(sidecarSchema, raw).signature ?? { certificate: '', value: '' }
    fc.assert(
      fc.property(fc.nat(Buffer.from(value, 'base64').length - 1), fc.integer({ min: 1, max: 255 }), (place, bits) => {
        const bytes = Buffer.from(value, 'base64')
        bytes[place] = (bytes[place] ?? 0) ^ bits
        const forged = { certificate, value: bytes.toString('base64') }
        expect(refusal({ ...raw, signature: forged }).code).toBe('bad-data')
      }),
    )
  })

  it('is not one that the same key made over other bytes, such as the sidecar without our prefix', () => {
    const text = canonicalJson(unsigned)
    const value = sign('sha256', Buffer.from(text), member.privateKey).toString('base64')
    const raw = { ...unsigned, signature: { certificate: certificateOf(member), value } }
    expect(refusal(raw)).toMatchObject({ code: 'bad-data' })
  })

  it('is refused of a CA that is not trusted here, also of one with the same name', () => {
    const other = createTestCa()
    const foreign = refusal(signed(unsigned, member, certificateOf(member, {}, other)))
    expect(foreign).toMatchObject({ code: 'refused', message: expect.stringContaining('not trusted here') })
    expect(foreign.hint).toContain('--ca=CA')
  })

  it.each([
    ['a master, which gets a certificate by being on the network', { extendedKeyUsage: ['clientAuth'] as const }],
    ['a name that is no member’s', { subjectCommonName: 'kubemaster-1' }],
    ['a CA below the CA', { isCa: true, keyUsage: ['keyCertSign', 'digitalSignature'] as const }],
    ['a key that may not sign', { keyUsage: ['keyEncipherment'] as const }],
  ])('is refused of %s', (_, parts) => {
    const raw = signed({ ...unsigned, members: [] }, member, certificateOf(member, parts))
    expect(refusal(raw)).toMatchObject({ code: 'refused', message: expect.stringContaining('no member') })
  })

  it('is refused of another member than the one that the sidecar names', () => {
    const raw = signed(unsigned, member, certificateOf(member, { subjectCommonName: 'etcd-2' }))
    const said = refusal(raw)
    expect([said.code, said.message]).toEqual(['refused', 'the sidecar is of "etcd-1", and "etcd-2" signed it'])
  })

  it('of a learner, which lists nobody, is that of who signed', () => {
    expect(judge(signed({ ...unsigned, members: [] })).member).toBe('etcd-1')
  })

  it('is refused of a certificate that was over, or had not begun, when the snapshot was taken', () => {
    const pastMs = (ms: number) => new Date(testNowMs + ms).toISOString()
    for (const ms of [25 * hourMs, -2 * hourMs, 365 * 24 * hourMs]) {
      const said = refusal(signed({ ...unsigned, time: pastMs(ms) }))
      expect(said).toMatchObject({ code: 'refused', message: expect.stringContaining('not in force') })
    }
    // Clocks differ by some minutes.
    for (const ms of [24 * hourMs + 200_000, -hourMs - 200_000]) judge(signed({ ...unsigned, time: pastMs(ms) }))
  })

  it('stays good when the certificate is over today', () => {
    const then = testNowMs - 40 * 24 * hourMs
    const parts = { notBeforeMs: then - hourMs, notAfterMs: then + hourMs }
    const old = createTestCa(ca.key, { notBeforeMs: then - hourMs })
    const raw = signed({ ...unsigned, time: new Date(then).toISOString() }, member, certificateOf(member, parts, old))
    expect(judge(raw, old).member).toBe('etcd-1')
  })

  it.each(['', 'none', formatPem('CERTIFICATE', Buffer.from('3000', 'hex'))])('needs a certificate: %j', (text) => {
    expect(refusal(signed(unsigned, member, text))).toMatchObject({ code: 'bad-data' })
  })

  it.each([null, {}, { certificate: 'x', value: 'not base64!' }, 'x'])(
    'of another form is no sidecar: %j',
    (signature) => {
      expect(v.safeParse(sidecarSchema, { ...unsigned, signature }).success).toBe(false)
    },
  )
})

describe('signing', () => {
  function paths(name: string, certificate: string) {
    const at = (ending: string): string => join(directory, `${name}.${ending}`)
    writeFileSync(at('key'), member.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(at('crt'), certificate)
    writeFileSync(at('ca'), formatPem('CERTIFICATE', ca.certificate.der))
    return { key: at('key'), certificate: at('crt'), ca: at('ca') }
  }

  it('is done with the pair of a member', () => {
    const { sidecar, signedBy, unsignedBecause } = signSidecar(unsigned, paths('good', certificateOf(member)))
    expect([signedBy?.member, unsignedBecause]).toEqual(['etcd-1', null])
    expect(judge(JSON.parse(JSON.stringify(sidecar)))).toEqual(signedBy)
  })

  it.each([
    ['a master', certificateOf(member, { extendedKeyUsage: ['clientAuth'] }), /no member/],
    ['another key', certificateOf(kinds.ec()), /was changed/],
    ['another member', certificateOf(member, { subjectCommonName: 'etcd-2' }), /"etcd-2" signed it/],
    ['nothing', '', /not exactly one PEM block/],
  ])('is left out, and said, with the certificate of %s', (name, certificate, why) => {
    const { sidecar, signedBy, unsignedBecause } = signSidecar(unsigned, paths(name.replace(' ', '-'), certificate))
    expect([sidecar, signedBy]).toEqual([unsigned, null])
    expect(unsignedBecause).toMatch(why)
  })
})

import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { createTestCa, testNowMs } from '../../../test/support/x509/test-ca.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { formatPem } from '../../x509/pem.ts'
import { parseInstalledTrust } from './installed-trust.ts'
import { type ReceivedCa, verifyCa } from './verify-ca.ts'

const authority = createTestCa()
const caPem = formatPem('CERTIFICATE', authority.certificate.der)
const pin = certificatePin(authority.certificate.der)
const other = createTestCa().certificate
const yearMs = 365 * 24 * 3_600_000

function pemOf(parts: Parameters<typeof createTestCa>[1]): string {
  return formatPem('CERTIFICATE', createTestCa(undefined, parts).certificate.der)
}

function refuse(change: Partial<ReceivedCa>) {
  return syncRefusalOf(() => verifyCa({ caPem, nowMs: testNowMs, ...change }))
}

describe('a CA certificate', () => {
  it('is trusted at first use, with the pin, and where it is the installed one', () => {
    expect(verifyCa({ caPem, nowMs: testNowMs }).pin).toBe(pin)
    expect(verifyCa({ caPem, nowMs: testNowMs, pin: pin.toLowerCase() }).pem).toBe(caPem)
    expect(verifyCa({ caPem, nowMs: testNowMs, installed: [other, authority.certificate] }).pem).toBe(caPem)
  })

  it('is refused with another pin, or with what is none', () => {
    expect(refuse({ pin: `SHA256:${'0'.repeat(64)}` })).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`has the pin ${pin}, not the one given`),
    })
    expect(refuse({ pin: 'x' })).toMatchObject({ code: 'usage' })
  })

  it('is refused where another is installed, or what is none', () => {
    expect(refuse({ installed: [other] })).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`is not the installed one (${certificatePin(other.der)})`),
    })
    expect(syncRefusalOf(() => parseInstalledTrust({ text: 'none' }, '/pki/ca.crt'))).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('the CA file /pki/ca.crt cannot be used'),
    })
  })

  it.each([
    ['no CA', formatPem('CERTIFICATE', authority.issue())],
    ['a CA that may not sign', pemOf({ keyUsage: ['cRLSign'] })],
  ])('is refused as %s', (_, text) => {
    expect(refuse({ caPem: text })).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('not that of a self-signed CA'),
    })
  })

  it('is refused as a CA below another one', () => {
    const below = formatPem('CERTIFICATE', authority.issue({ isCa: true, keyUsage: ['keyCertSign'] }))
    expect(refuse({ caPem: below }).message).toContain('not that of a self-signed CA')
  })

  it('is refused outside its time', () => {
    expect(refuse({ nowMs: testNowMs + 2 * yearMs })).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('expired at'),
    })
    expect(refuse({ nowMs: testNowMs - yearMs })).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('begins at'),
    })
  })

  it('is refused as text that is none', () => {
    expect(refuse({ caPem: 'sorry' })).toMatchObject({ code: 'bad-data' })
  })
})

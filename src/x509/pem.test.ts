import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../../test/support/shell/external-program.ts'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { openssl } from '../../test/support/x509/openssl.ts'
import { createTestCa } from '../../test/support/x509/test-ca.ts'
import { formatPem, parsePem } from './pem.ts'

const { der } = createTestCa().certificate
const pem = formatPem('CERTIFICATE', der)

describe('PEM', () => {
  it('round-trips any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        expect(parsePem(formatPem('CERTIFICATE', bytes), 'CERTIFICATE')).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('may end without a line break, with several, or have CRLF', () => {
    for (const text of [pem.trimEnd(), `${pem}\n\n`, pem.replaceAll('\n', '\r\n')]) {
      expect(parsePem(text, 'CERTIFICATE')).toEqual(der)
    }
  })

  it.each([
    ['nothing', ''],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['two blocks', pem + pem],
    ['text before it', `subject=CN = x\n${pem}`],
    ['text after it', `${pem}more\n`],
    ['another label', formatPem('CERTIFICATE REQUEST', der)],
    ['labels that differ', pem.replace('END CERTIFICATE', 'END CERTIFICATE REQUEST')],
    ['no end', pem.slice(0, 200)],
    ['headers inside', pem.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n')],
    ['a character outside base64', pem.replace('MII', 'M*I')],
    ['lines of other lengths', pem.replace(/\n(.{64})\n/, '\n$1')],
    ['base64url', formatPem('CERTIFICATE', Buffer.alloc(60, 0xff)).replaceAll('/', '_')],
    ['base64 that ends in stray bits', formatPem('CERTIFICATE', Buffer.from([1])).replace('AQ==', 'AR==')],
    ['a NUL', pem.replace('MII', 'MI\0I')],
  ])('is refused where it is %s', (_title, text) => {
    const error = syncRefusalOf(() => parsePem(text, 'CERTIFICATE'))
    expect(error.code).toBe('bad-data')
    expect(error.message).toBe('the text is not exactly one PEM block of a certificate')
  })

  it('names a private key without quoting it', () => {
    const key = pem.replaceAll('CERTIFICATE', 'EC PRIVATE KEY')
    const { message, hint } = syncRefusalOf(() => parsePem(key, 'CERTIFICATE'))
    expect(message).toBe('the text holds a private key, not one PEM block of a certificate')
    expect(`${message}${hint}`).not.toContain(pem.split('\n')[1])
  })
})

describeWith('openssl', 'PEM, against openssl,', () => {
  it('is written as openssl writes it', () => {
    expect(openssl(['x509', '-inform', 'DER'], der).toString()).toBe(pem)
  })
})

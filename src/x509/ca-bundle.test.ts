import { describe, expect, it } from 'vitest'
import { describeWith, runProgram, withFiles } from '../../test/support/shell/external-program.ts'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { openssl } from '../../test/support/x509/openssl.ts'
import { createTestCa } from '../../test/support/x509/test-ca.ts'
import { formatCaBundle, parseCaBundle } from './ca-bundle.ts'
import { formatPem } from './pem.ts'

const authorities = Array.from({ length: 9 }, (_, index) => {
  return createTestCa(undefined, { subjectCommonName: `Test CA ${index}` })
})
const [a = createTestCa(), b = createTestCa()] = authorities
const pems = authorities.map(({ certificate }) => formatPem('CERTIFICATE', certificate.der))
const [pemA = '', pemB = ''] = pems
const leaf = formatPem('CERTIFICATE', a.issue())
const names = (text: string): string[] => parseCaBundle(text).map(({ subjectCommonName }) => subjectCommonName)

describe('a file of CA certificates', () => {
  it('is read in its order, one or several', () => {
    expect(names(pemA)).toEqual(['Test CA 0'])
    expect(names(pemB + pemA)).toEqual(['Test CA 1', 'Test CA 0'])
    expect(parseCaBundle(pems.slice(0, 8).join(''))).toHaveLength(8)
  })

  it('may have text around its blocks, empty lines and CRLF', () => {
    const text = `# the old one\n${pemA}\n\nSubject: CN = Test CA 1\n    caf\u00e9 --- \n${pemB}bye`
    expect(names(text)).toEqual(['Test CA 0', 'Test CA 1'])
    expect(names(text.replaceAll('\n', '\r\n'))).toEqual(['Test CA 0', 'Test CA 1'])
    expect(formatCaBundle(parseCaBundle(text))).toBe(pemA + pemB)
  })

  it('counts a certificate once that stands in it twice', () => {
    expect(names(pemA + pemB + pemA + pemA)).toEqual(['Test CA 0', 'Test CA 1'])
  })

  it.each([
    ['nothing', '', /not one or more whole PEM blocks/],
    ['text alone', 'hello\n', /not one or more whole PEM blocks/],
    ['a leaf certificate', leaf, /holds a certificate not that of a CA that may sign/],
    ['a leaf behind a CA', pemA + leaf, /holds certificate 2 of 2, which is not that of a CA/],
    ['a CA that may sign revocation lists alone', `${pemA}${pemOf(['cRLSign'])}`, /certificate 2 of 2, which is not/],
    ['nine certificates', pems.join(''), /holds 9 certificates, more than 8/],
    ['one certificate a thousand times', pemA.repeat(1000), /over 131072 bytes/],
    ['nine times the same', pemA.repeat(9), /holds 9 certificates, more than 8/],
    ['text without end', `${'x'.repeat(200_000)}\n${pemA}`, /over 131072 bytes/],
    ['a private key', pemA + pemA.replaceAll('CERTIFICATE', 'EC PRIVATE KEY'), /holds a private key/],
    ['a CSR', pemA + pemA.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'), /not one or more whole PEM blocks/],
    ['a trusted certificate of openssl', pemA.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), /not one or more/],
    // Go passes over both and trusts what is left; OpenSSL stops at the first.
    ['a broken block before a whole one', pemA.replace('MII', 'M*I') + pemB, /not one or more whole PEM blocks/],
    ['a block without its end', pemA.slice(0, 200) + pemB, /not one or more whole PEM blocks/],
    ['a block that does not begin its line', pemA + pemB.replace('-----BEGIN', ' -----BEGIN'), /not one or more/],
    ['a block behind a lone CR', `${pemA}note\r${pemB}`, /not one or more/],
    ['a block behind a line separator', `${pemA}note\u2028${pemB}`, /not one or more/],
    ['a block whose end is followed by a lone CR', `${pemA.trimEnd()}\r${pemB}`, /not one or more/],
    ['a mark before the block', `\ufeff${pemA}`, /not one or more whole PEM blocks/],
    ['a block within a block', pemA.replace('\n', `\n${pemB}`), /not one or more whole PEM blocks|exactly one/],
    [
      'stray bits at the end of base64',
      pemA + formatPem('CERTIFICATE', Buffer.from([1])).replace('AQ==', 'AR=='),
      /exactly one/,
    ],
    ['spoilt DER', pemA + formatPem('CERTIFICATE', Buffer.from([0x30, 0x80, 0, 0])), /not strict DER/],
  ])('is refused where it is %s', (_what, text, message) => {
    const error = syncRefusalOf(() => parseCaBundle(text))
    expect(error.code).toBe('bad-data')
    expect(error.message).toMatch(message)
  })
})

function pemOf(keyUsage: readonly 'cRLSign'[]): string {
  return formatPem('CERTIFICATE', createTestCa(undefined, { keyUsage }).certificate.der)
}

describeWith('openssl', 'a file of several CA certificates, in the hands of openssl,', () => {
  const verify = (bundle: string, certificate: Buffer): number | null =>
    withFiles([bundle, formatPem('CERTIFICATE', certificate)], (caFile, file) => {
      return runProgram('openssl', ['verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', caFile, file]).status
    })

  it('verifies what any of them has signed, with the text that openssl itself writes into it', () => {
    const text = [pemA, pemB].map((pem) => openssl(['x509', '-text'], Buffer.from(pem)).toString()).join('')
    expect(text.indexOf('-----BEGIN')).toBeGreaterThan(0)
    expect(names(text)).toEqual(['Test CA 0', 'Test CA 1'])
    for (const bundle of [text, formatCaBundle(parseCaBundle(text))]) {
      expect([a, b].map((authority) => verify(bundle, authority.issue()))).toEqual([0, 0])
      expect(verify(bundle, (authorities[2] ?? a).issue())).not.toBe(0)
    }
  })
})

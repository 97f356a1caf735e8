import { expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { createTestCa, type TestCa } from '../../test/support/x509/test-ca.ts'
import { formatPem } from '../x509/pem.ts'
import { parseCertificateAuthority } from './signing-key.ts'

const [own, ...others] = Array.from({ length: 3 }, () => createTestCa()) as [TestCa, ...TestCa[]]
const pemOf = ({ certificate }: TestCa): string => formatPem('CERTIFICATE', certificate.der)
const keyPem = own.key.export({ type: 'pkcs8', format: 'pem' }).toString()
const [before = '', behind = ''] = others.map(pemOf)

it('the authority signs with the certificate that belongs to its key, wherever it stands in the file', () => {
  for (const file of [pemOf(own), `${pemOf(own)}${before}`, `# old\n${before}# own\n${pemOf(own)}${behind}`]) {
    expect(parseCertificateAuthority(file, keyPem).certificate.der).toEqual(own.certificate.der)
  }
})

it.each([
  ['another CA', before, 'the CA key does not belong to the CA certificate'],
  ['two other CAs', before + behind, 'the CA key does not belong to any of the 2 CA certificates'],
  [
    'its own CA and no CA',
    pemOf(own) + formatPem('CERTIFICATE', own.issue()),
    'certificate 2 of 2, which is not that of',
  ],
  ['its own key', keyPem, 'holds a private key'],
  ['nothing', '', 'the CA certificates cannot be read'],
])('the authority does not start where the file holds %s', (_what, file, message) => {
  const error = syncRefusalOf(() => parseCertificateAuthority(file, keyPem))
  expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining(message) })
  expect(`${error.message}${error.hint}`).not.toContain(keyPem.split('\n')[1])
})

it('the authority does not start with a CA that may not sign', () => {
  const { certificate } = createTestCa(own.key, { keyUsage: [] })
  const error = syncRefusalOf(() => parseCertificateAuthority(formatPem('CERTIFICATE', certificate.der), keyPem))
  expect(error).toMatchObject({ code: 'configuration', message: 'the CA certificate may not sign certificates' })
})

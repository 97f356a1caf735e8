import '../../test/support/x509/reflect-metadata.ts'
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { X509Certificate } from '@peculiar/x509'
import { expect, it } from 'vitest'
import { describeWith, runProgram, withFiles } from '../../test/support/shell/external-program.ts'
import { openssl, opensslKey } from '../../test/support/x509/openssl.ts'
import { clientTemplate, createTestCa, spkiOf, type TestCa } from '../../test/support/x509/test-ca.ts'
import { isSignedBy, parseCertificate } from './parse-certificate.ts'
import { formatPem, parsePem } from './pem.ts'
import { writeCertificate } from './write/write-certificate.ts'

const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey
const authorities: readonly (readonly [string, KeyObject])[] = [
  ['P-256', ec('P-256')],
  ['P-384', ec('P-384')],
  ['P-521', ec('P-521')],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
]
const subjects = [
  spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey),
  spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
  spkiOf(generateKeyPairSync('ed25519').publicKey),
]

function issueMember(authority: TestCa, publicKey: Buffer): Buffer {
  return authority.issue({
    subjectCommonName: 'etcd-1',
    publicKey,
    extendedKeyUsage: ['serverAuth', 'clientAuth'],
    dnsNames: ['etcd-1', 'localhost', 'peer.etcd.signet.internal'],
    ipAddresses: ['192.0.2.1', '127.0.0.1', '::1', '2001:db8::1'],
  })
}

describeWith('openssl', 'what writeCertificate writes, judged by openssl and @peculiar/x509,', () => {
  it.each(authorities)('is valid for its purpose under a CA with a %s key', async (_title, key) => {
    const authority = createTestCa(key)
    const anchor = new X509Certificate(authority.certificate.der)
    for (const publicKey of subjects) {
      const client = authority.issue({ publicKey })
      const member = issueMember(authority, publicKey)
      expect(opensslVerify(authority, client, 'sslclient')).toBe('')
      expect(opensslVerify(authority, client, 'sslserver')).toMatch(/unsuitable certificate purpose/)
      expect(opensslVerify(authority, member, 'sslclient')).toBe('')
      expect(opensslVerify(authority, member, 'sslserver')).toBe('')
      expect(await new X509Certificate(member).verify({ publicKey: anchor, signatureOnly: true })).toBe(true)
    }
  })

  it('shows openssl what was meant', () => {
    const authority = createTestCa(authorities[0]?.[1])
    const text = openssl(
      ['x509', '-inform', 'DER', '-noout', '-text'],
      issueMember(authority, subjects[0] ?? Buffer.alloc(0)),
    ).toString()
    expect(text).toMatch(/Version: 3/)
    expect(text).toMatch(/Basic Constraints: critical\n\s+CA:FALSE\n/)
    expect(text).toMatch(/Key Usage: critical\n\s+Digital Signature\n/)
    expect(text).toMatch(/TLS Web Server Authentication, TLS Web Client Authentication\n/)
    expect(text).toContain(
      'DNS:etcd-1, DNS:localhost, DNS:peer.etcd.signet.internal, IP Address:192.0.2.1, IP Address:127.0.0.1',
    )
  })

  it('is valid beyond 2049, in GeneralizedTime', () => {
    const authority = createTestCa(authorities[0]?.[1], { notAfterMs: Date.UTC(2060, 0, 1) })
    const client = authority.issue({ notAfterMs: Date.UTC(2055, 5, 6, 7, 8, 9) })
    expect(opensslVerify(authority, client, 'sslclient')).toBe('')
    expect(openssl(['x509', '-inform', 'DER', '-noout', '-enddate'], client).toString()).toBe(
      'notAfter=Jun  6 07:08:09 2055 GMT\n',
    )
  })

  it('has a serial number that openssl prints as ours', () => {
    const authority = createTestCa(authorities[0]?.[1])
    for (const serial of ['ff'.repeat(16), `00${'7f'.repeat(15)}`, `0080${'01'.repeat(14)}`, `${'00'.repeat(15)}01`]) {
      const der = authority.issue({ serial: Buffer.from(serial, 'hex') })
      const printed = openssl(['x509', '-inform', 'DER', '-noout', '-serial'], der).toString().trim()
      expect(printed).toBe(`serial=${parseCertificate(der).serialHex.toUpperCase()}`)
    }
  })
})

describeWith('certtool', 'what writeCertificate writes, judged by GnuTLS,', () => {
  it.each(authorities)('is read and verified under a CA with a %s key', (_title, key) => {
    const authority = createTestCa(key)
    for (const publicKey of subjects) {
      const pem = formatPem('CERTIFICATE', issueMember(authority, publicKey))
      withFiles([formatPem('CERTIFICATE', authority.certificate.der), pem], (caFile, file) => {
        const verified = runProgram('certtool', ['--verify', '--load-ca-certificate', caFile, '--infile', file])
        expect(verified.status, verified.said).toBe(0)
        expect(verified.said).toMatch(/Chain verification output: Verified. The certificate is trusted/)
        const shown = runProgram('certtool', ['-i', '--infile', file])
        expect(shown.status, shown.said).toBe(0)
        expect(shown.said).toMatch(/Subject: CN=etcd-1\n/)
      })
    }
  })
})

describeWith('openssl', 'parseCertificate, of certificates made by openssl,', () => {
  const request = (key: Uint8Array, ...args: string[]): string =>
    withFiles([key], (file) => openssl(['req', '-x509', '-new', '-key', file, '-days', '30', ...args]).toString())

  it.each([
    ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'], 'rsa'],
    ['P-256', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], 'p256'],
    ['P-521', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'], 'p521'],
    ['Ed25519', ['-algorithm', 'ED25519'], 'ed25519'],
  ] as const)('reads a CA with a %s key, and signs with it', (_title, genpkeyArgs, algorithm) => {
    const pem = opensslKey(...genpkeyArgs)
    const ca = parseCertificate(
      parsePem(request(pem, '-subj', '/O=Old/CN=Old CA', '-addext', 'keyUsage=critical,keyCertSign'), 'CERTIFICATE'),
    )
    expect(ca).toMatchObject({ isCa: true, subjectCommonName: 'Old CA', keyUsage: ['keyCertSign'] })
    expect(ca.publicKey.algorithm).toBe(algorithm)
    expect(isSignedBy(ca, ca)).toBe(true)
    const signer = { key: createPrivateKey(pem), issuerSubject: ca.subject, subjectKeyId: ca.subjectKeyId }
    const validity = { notBeforeMs: ca.notBeforeMs, notAfterMs: ca.notAfterMs }
    const der = writeCertificate({ ...clientTemplate, ...validity }, signer)
    expect(isSignedBy(parseCertificate(der), ca)).toBe(true)
    expect(opensslVerify({ certificate: ca }, der, 'sslclient')).toBe('')
  })

  it('reads one without extensions (version 1)', () => {
    const key = opensslKey('-algorithm', 'ED25519')
    const ca = createTestCa()
    const der = withFiles(
      [key, formatPem('CERTIFICATE', ca.certificate.der), ca.key.export({ type: 'pkcs8', format: 'pem' })],
      (keyFile, caFile, caKeyFile) => {
        const csr = openssl(['req', '-new', '-key', keyFile, '-subj', '/CN=kubemaster-1'])
        return openssl(['x509', '-req', '-CA', caFile, '-CAkey', caKeyFile, '-days', '1', '-outform', 'DER'], csr)
      },
    )
    const certificate = parseCertificate(der)
    expect(certificate).toMatchObject({ subjectCommonName: 'kubemaster-1', isCa: false })
    expect(isSignedBy(certificate, ca.certificate)).toBe(true)
  })
})

// What `openssl verify` has against a certificate; empty where it is valid.
function opensslVerify(authority: Pick<TestCa, 'certificate'>, der: Buffer, purpose: string): string {
  const files = [formatPem('CERTIFICATE', authority.certificate.der), formatPem('CERTIFICATE', der)]
  return withFiles(files, (caFile, file) => {
    const { status, said } = runProgram('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      purpose,
      '-CAfile',
      caFile,
      file,
    ])
    return status === 0 ? '' : said
  })
}

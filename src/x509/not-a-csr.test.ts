import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { buildCsr, testKey } from '../../test/support/x509/build-csr.ts'
import { createTestCa } from '../../test/support/x509/test-ca.ts'
import { parseCsr } from './parse-csr.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed25519 = generateKeyPairSync('ed25519')
const pkcs8 = { type: 'pkcs8', format: 'der' } as const

describe('parseCsr says what it was given instead:', () => {
  it.each([
    ['PKCS#8 EC', testKey.export(pkcs8)],
    ['PKCS#8 RSA', rsa.privateKey.export(pkcs8)],
    ['PKCS#8 Ed25519', ed25519.privateKey.export(pkcs8)],
    ['encrypted PKCS#8', testKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' })],
    ['PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'der' })],
    ['SEC 1', testKey.export({ type: 'sec1', format: 'der' })],
  ])('a private key (%s), which must now be replaced', (_title, der) => {
    const error = syncRefusalOf(() => parseCsr(der))
    expect(error.code).toBe('bad-data')
    expect(error.message).toBe('this is a private key, not a CSR')
    expect(error.hint).toMatch(/has left its machine; make a new one/)
  })

  it('a private key, even with bytes after it', () => {
    const der = Buffer.concat([testKey.export(pkcs8), Buffer.from('\n')])
    expect(syncRefusalOf(() => parseCsr(der)).message).toBe('this is a private key, not a CSR')
  })

  it('a private key, with nothing of it in the error', () => {
    const der = testKey.export({ type: 'sec1', format: 'der' })
    const { message, hint, cause } = syncRefusalOf(() => parseCsr(der))
    const secret = der.subarray(7, 39)
    for (const encoding of ['hex', 'base64', 'latin1'] as const) {
      expect(`${message}${hint}${String(cause)}`).not.toContain(secret.toString(encoding))
    }
  })

  it.each([
    ['RSA', rsa.publicKey.export({ type: 'spki', format: 'der' })],
    ['PKCS#1', rsa.publicKey.export({ type: 'pkcs1', format: 'der' })],
    ['Ed25519', ed25519.publicKey.export({ type: 'spki', format: 'der' })],
  ])('a public key (%s)', (_title, der) => {
    expect(syncRefusalOf(() => parseCsr(der)).message).toBe('this is a public key, not a CSR')
  })

  it('a certificate', () => {
    const { certificate, issue } = createTestCa()
    for (const der of [certificate.der, issue()]) {
      const error = syncRefusalOf(() => parseCsr(der))
      expect(error.message).toBe('this is a certificate, not a CSR')
      expect(error.hint).toMatch(/openssl req -new/)
    }
  })

  it('nothing, where it is a CSR with a fault or no DER at all', () => {
    expect(syncRefusalOf(() => parseCsr(buildCsr({ version: Buffer.from('020101', 'hex') }))).message).toMatch(
      /^the CSR /,
    )
    expect(syncRefusalOf(() => parseCsr(randomBytes(40).fill(0x2d, 0, 1))).message).toMatch(
      /^the CSR is not strict DER/,
    )
  })
})

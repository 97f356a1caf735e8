import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../../../test/support/shell/external-program.ts'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { openssl } from '../../../test/support/x509/openssl.ts'
import { decodeCsrInput } from '../../protocol/csr-input.ts'
import { parseCsr } from '../../x509/parse-csr.ts'
import { createClientKey, formatClientKey, formatCsrInput, parseClientKey, parseKeyType } from './client-key.ts'

const secretMode = 0o600

function parse(text: string, mode = secretMode) {
  return parseClientKey({ text, mode }, '/pki/client.key')
}

function refuse(text: string, mode = secretMode) {
  return syncRefusalOf(() => parse(text, mode))
}

describe('a key', () => {
  it.each(['p256', 'p384', 'p521', 'rsa', 'ed25519'] as const)(
    'of type %s can be made, read and used',
    async (type) => {
      const key = await createClientKey(type)
      expect(parse(formatClientKey(key)).spki).toEqual(key.spki)
      const csr = parseCsr(decodeCsrInput(Buffer.from(formatCsrInput('kubemaster-1', key))))
      expect(csr).toMatchObject({ commonName: 'kubemaster-1', publicKey: { algorithm: type } })
    },
  )

  it('is P-256 where nothing else is wanted', async () => {
    expect((await createClientKey()).privateKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  })

  it('of an unknown type cannot be wanted', () => {
    expect(parseKeyType('rsa')).toBe('rsa')
    expect(syncRefusalOf(() => parseKeyType('dsa'))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('p256'),
    })
  })
})

describe('the key in a file is refused', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  it.each([0o644, 0o640, 0o604, 0o666, 0o620])('with mode %o', (mode) => {
    const error = refuse(text, mode)
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('by other accounts') })
    expect(error.hint).toContain('chmod 600 /pki/client.key')
  })

  it('where it is encrypted', () => {
    const options = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const
    const encrypted = [
      privateKey.export({ type: 'pkcs8', ...options }),
      privateKey.export({ type: 'sec1', ...options }),
    ]
    for (const key of encrypted) expect(refuse(key.toString()).message).toBe('the key /pki/client.key is encrypted')
  })

  it.each([
    ['another curve', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey],
    ['1024 bits of RSA', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey],
    ['X25519', generateKeyPairSync('x25519').privateKey],
    ['Ed448', generateKeyPairSync('ed448').privateKey],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
  ])('where it is of %s', (_, key) => {
    const error = refuse(key.export({ type: 'pkcs8', format: 'pem' }).toString())
    expect(error).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('the key /pki/client.key has'),
    })
  })

  it.each([
    ['empty', ''],
    ['text', 'none'],
    ['two keys', `${text}${text}`],
    ['a spoilt key', text.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')],
  ])('where it is %s, without a word of what it holds', (_, content) => {
    const error = refuse(content)
    expect(error).toMatchObject({
      code: 'configuration',
      message: 'the key /pki/client.key is not one private key in PEM',
    })
    expect(error.cause).toBeUndefined()
  })
})

describeWith('openssl', 'a key that openssl has made', () => {
  it.each([
    ['with its parameters', ['ecparam', '-name', 'prime256v1', '-genkey']],
    ['in SEC 1', ['ecparam', '-name', 'secp384r1', '-genkey', '-noout']],
    ['in PKCS#1', ['genrsa', '-traditional', '2048']],
    ['in PKCS#8', ['genpkey', '-algorithm', 'ed25519']],
  ])('is read %s', (_, args) => {
    expect(parse(openssl(args).toString()).spki.length).toBeGreaterThan(40)
  })
})

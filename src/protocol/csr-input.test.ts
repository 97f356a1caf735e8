import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../core/signet-error.ts'
import { decodeCsrInput, maxInputBytes } from './csr-input.ts'

const wrap = (text: string, width: number): string => text.replace(new RegExp(`(.{${width}})`, 'g'), '$1\n')

function pem(der: Uint8Array, label = 'CERTIFICATE REQUEST'): string {
  const body = wrap(Buffer.from(der).toString('base64'), 64).trimEnd()
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}

function refusal(input: string | Uint8Array): SignetError {
  try {
    decodeCsrInput(Buffer.from(input))
  } catch (error) {
    if (error instanceof SignetError) return error
  }
  throw new Error('was not refused')
}

const bytes = fc.uint8Array({ minLength: 1, maxLength: 600 }).map((array) => Uint8Array.from([0x30, ...array]))

describe('decodeCsrInput', () => {
  it('finds the same DER in every framing', () => {
    fc.assert(
      fc.property(bytes, (der) => {
        const base64OfPem = Buffer.from(pem(der)).toString('base64')
        for (const input of [
          base64OfPem,
          wrap(base64OfPem, 76),
          wrap(base64OfPem, 76).replaceAll('\n', '\r\n'),
          Buffer.from(der).toString('base64'),
          pem(der),
          pem(der).replaceAll('\n', '\r\n'),
          pem(der, 'NEW CERTIFICATE REQUEST'),
        ]) {
          expect(decodeCsrInput(Buffer.from(input)).equals(der)).toBe(true)
        }
      }),
    )
  })

  it.each([
    ['nothing', '', 'standard input is empty'],
    ['white space', ' \n\t', 'standard input is empty'],
    ['what is not base64', 'hello, world!', 'standard input is not base64'],
    ['url-safe base64', 'MII-_w==', 'standard input is not base64'],
    ['base64 that is not canonical', 'MIJ=', 'standard input is not base64'],
    ['a cut PEM block', '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n', 'not one whole PEM block'],
    ['two PEM blocks', pem(Buffer.from('0a')) + pem(Buffer.from('0b')), 'not one whole PEM block'],
    ['text behind the PEM block', `${pem(Buffer.from('0a'))}evil`, 'not one whole PEM block'],
    ['an empty PEM block', '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----', 'not one whole'],
    ['a certificate', pem(Buffer.from('0a'), 'CERTIFICATE'), 'is a certificate'],
    ['a private key', pem(Buffer.from('0a'), 'PRIVATE KEY'), 'is a private key'],
    ['an EC private key', pem(Buffer.from('0a'), 'EC PRIVATE KEY'), 'is a private key'],
    ['too much', 'A'.repeat(maxInputBytes + 1), 'is over 16384 bytes'],
  ])('refuses %s', (_what, input, message) => {
    const error = refusal(input)
    expect(error.code).toBe('bad-data')
    expect(error.message).toContain(message)
    expect(error.hint).toBeDefined()
  })

  it('never puts what was sent into the message', () => {
    const secret = 'c2VjcmV0c2VjcmV0'
    expect(refusal(`-----BEGIN PRIVATE KEY-----\n${secret}`).message).not.toContain(secret)
  })
})

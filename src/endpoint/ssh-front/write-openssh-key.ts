import type { KeyObject } from 'node:crypto'
import { SignetError } from '../../core/signet-error.ts'

const keyType = 'ssh-ed25519'
const magic = Buffer.from('openssh-key-v1\0')
const paddingBlock = 8

/**
 * An ed25519 private key in OpenSSH's form (PROTOCOL.key), unencrypted. ssh2's own generator drops leading zeros of the
 * public key, so that one in 256 of its keys can be read by nobody, itself included.
 */
export function writeOpensshKey(privateKey: KeyObject, checkBytes: Buffer): string {
  const { x, d } = privateKey.export({ format: 'jwk' })
  if (x === undefined || d === undefined) throw new SignetError('internal', 'the host key is not an ed25519 key')
  const publicPart = Buffer.from(x, 'base64url')
  const seed = Buffer.from(d, 'base64url')
  const publicBlob = Buffer.concat([writeString(keyType), writeString(publicPart)])
  const secret = [publicBlob, writeString(Buffer.concat([seed, publicPart])), writeString('')]
  const body = pad(Buffer.concat([checkBytes, checkBytes, ...secret]))
  const cipherAndKdf = [writeString('none'), writeString('none'), writeString('')]
  const whole = [magic, ...cipherAndKdf, writeUint32(1), writeString(publicBlob), writeString(body)]
  return armour(Buffer.concat(whole))
}

function writeString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([writeUint32(bytes.length), bytes])
}

function writeUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

// The bytes 1, 2, 3 and so on, up to the block length of the cipher, which "none" has too.
function pad(body: Buffer): Buffer {
  const length = (paddingBlock - (body.length % paddingBlock)) % paddingBlock
  return Buffer.concat([body, Buffer.from(Array.from({ length }, (_, index) => index + 1))])
}

function armour(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/(.{70})(?=.)/g, '$1\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`
}

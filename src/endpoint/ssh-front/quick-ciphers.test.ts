import { generateKeyPairSync, KeyObject, randomBytes } from 'node:crypto'
import ssh2, { type Connection } from 'ssh2'
import { expect, it } from 'vitest'
import { keepKeyObjects } from './quick-ciphers.ts'
import { quickHostKey } from './quick-host-key.ts'
import { writeOpensshKey } from './write-openssh-key.ts'

interface WithCiphers {
  readonly _protocol: { readonly _cipher: { _encKey: unknown }; readonly _decipher: { _decipherKey: unknown } }
}

// It reaches into ssh2, which may change: then this fails, and nothing else but the speed.
it('finds the keys of AES-GCM where this version of ssh2 has them, and both sides go on understanding each other', async () => {
  const hostKey = writeOpensshKey(generateKeyPairSync('ed25519').privateKey, randomBytes(4))
  const seen: Connection[] = []
  const server = new ssh2.Server({ hostKeys: [quickHostKey(hostKey)] }, (connection) => {
    seen.push(connection)
    connection.on('error', () => {})
    connection.on('handshake', () => keepKeyObjects(connection))
    connection.on('authentication', (attempt) => attempt.accept())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const client = new ssh2.Client()
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject)
    const algorithms = { cipher: ['aes128-gcm@openssh.com' as const] }
    client.connect({ host: '127.0.0.1', port, username: 'signer', algorithms })
  })
  const { _protocol: protocol } = seen[0] as unknown as WithCiphers
  expect(protocol._cipher._encKey).toBeInstanceOf(KeyObject)
  expect(protocol._decipher._decipherKey).toBeInstanceOf(KeyObject)
  client.end()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { describeWith, runProgram } from '../../../test/support/shell/external-program.ts'
import { ensureHostKey } from './host-key.ts'
import { writeOpensshKey } from './write-openssh-key.ts'

const check = Buffer.from('01020304', 'hex')

function publicLine(text: string): string {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw key
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

function publicPart(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
}

/** A key whose public part begins with a zero byte, as one in 256 does. */
function awkwardKey(): KeyObject {
  for (;;) {
    const { privateKey } = generateKeyPairSync('ed25519')
    if (publicPart(privateKey)[0] === 0) return privateKey
  }
}

describe('writeOpensshKey', () => {
  it('writes keys that ssh2 reads, also those whose public part begins with zero', () => {
    for (const key of [generateKeyPairSync('ed25519').privateKey, awkwardKey()]) {
      const [type, blob = ''] = publicLine(writeOpensshKey(key, check)).split(' ')
      expect(type).toBe('ssh-ed25519')
      expect(Buffer.from(blob, 'base64').subarray(-32)).toEqual(publicPart(key))
    }
  })

  it('writes the same text for the same key', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    const [first, second] = [createPrivateKey(pem), createPrivateKey(pem)].map((key) => writeOpensshKey(key, check))
    expect(first).toBe(second)
  })
})

describeWith('ssh-keygen', 'writeOpensshKey and OpenSSH', () => {
  it('agree on the public key', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-key-'))
    const path = join(directory, 'key')
    const text = writeOpensshKey(awkwardKey(), check)
    writeFileSync(path, text, { mode: 0o600 })
    expect(runProgram('ssh-keygen', ['-y', '-f', path]).said.trim()).toBe(publicLine(text))
    expect(await ensureHostKey(path)).toBe(text)
    writeFileSync(path, 'nonsense')
    expect((await refusalOf(ensureHostKey(path))).code).toBe('configuration')
    chmodSync(path, 0o644)
    expect((await refusalOf(ensureHostKey(path))).message).toContain('open to every account')
    rmSync(directory, { recursive: true })
  })
})

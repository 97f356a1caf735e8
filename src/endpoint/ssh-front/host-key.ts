import { generateKeyPairSync, randomBytes } from 'node:crypto'
import ssh2 from 'ssh2'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { ensureSecretFile } from '../../host/files/ensure-secret-file.ts'
import { writeOpensshKey } from './write-openssh-key.ts'

/** The embedded front's ed25519 host key in OpenSSH's form, made at the first start. Throws `configuration`. */
export async function ensureHostKey(path: string): Promise<string> {
  const text = await ensureSecretFile(path, makeKey)
  const key = ssh2.utils.parseKey(text)
  if (!(key instanceof Error) && key.type === 'ssh-ed25519' && key.isPrivateKey()) return text
  throw new SignetError('configuration', `${path} is no ed25519 host key`, {
    hint: `move it away, and one is made: mv ${quoteShell(path)} ${quoteShell(`${path}.old`)}; then start again`,
  })
}

function makeKey(): string {
  return writeOpensshKey(generateKeyPairSync('ed25519').privateKey, randomBytes(4))
}

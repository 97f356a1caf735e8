import { generateKeyPairSync, randomBytes } from 'node:crypto'
import ssh2 from 'ssh2'
import { SignetError } from '../core/signet-error.ts'
import { ensureSecretFile } from '../host/ensure-secret-file.ts'
import { writeOpensshKey } from './write-openssh-key.ts'

/** The embedded front's ed25519 host key in OpenSSH's form, made at the first start. Throws `configuration`. */
export async function ensureHostKey(path: string): Promise<string> {
  const text = await ensureSecretFile(path, makeKey)
  const key = ssh2.utils.parseKey(text)
  if (!(key instanceof Error) && key.type === 'ssh-ed25519' && key.isPrivateKey()) return text
  throw new SignetError('configuration', `${path} is no ed25519 host key`, {
    hint: `make one: ssh-keygen -q -t ed25519 -N "" -f ${path}`,
  })
}

function makeKey(): string {
  return writeOpensshKey(generateKeyPairSync('ed25519').privateKey, randomBytes(4))
}

import { createPrivateKey, sign } from 'node:crypto'
import ssh2, { type EncryptedPrivateKey } from 'ssh2'
import { SignetError } from '../../core/signet-error.ts'

/** A host key for ssh2 that is read once: ssh2 itself reads the PEM of it again for every connection. */
export function quickHostKey(text: string): EncryptedPrivateKey {
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) throw new SignetError('configuration', 'the host key cannot be read', { cause: key })
  const privateKey = createPrivateKey(key.getPrivatePEM())
  key.sign = (data) => sign(null, Buffer.from(data), privateKey)
  return { key }
}

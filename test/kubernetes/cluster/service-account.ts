import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/** Makes the key with which kube-apiserver signs the tokens of service accounts; it does not start without one. */
export function makeServiceAccountKey(file: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(file, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
}

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createCaCertificate } from '../authority/create-ca.ts'
import { writeFileAtomically } from '../host/files/write-file-atomically.ts'
import { formatPem } from '../x509/pem.ts'
import type { SandboxLayout } from './sandbox-layout.ts'

/** Makes the sandbox's CA: key and certificate. */
export async function createPki(layout: SandboxLayout): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = createCaCertificate({ key: privateKey, nowMs: Date.now(), serial: randomBytes(16) })
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeFileAtomically(layout.caKey, keyPem, { mode: 0o400 })
  await writeFileAtomically(layout.caCertificate, formatPem('CERTIFICATE', certificate), { mode: 0o644 })
}

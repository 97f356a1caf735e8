import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createCaCertificate } from '../../authority/create-ca.ts'
import { parseCertificateAuthority } from '../../authority/signing-key.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { formatPem } from '../../x509/pem.ts'
import type { HostWorld } from '../host-world.ts'

/** Makes the CA's key and certificate, or what an interrupted run has not made of them. */
export async function ensureCa(world: HostWorld): Promise<void> {
  const { layout, files, clock, readOwner } = world
  await files.makeDirectory(layout.pki, { mode: 0o755 })
  const key = await ensureKey(world)
  const installed = await files.read(layout.caCertificate)
  if (installed !== undefined) {
    parseCertificateAuthority(installed.text, formatKey(key))
    return
  }
  const certificate = createCaCertificate({ key, nowMs: clock.now(), serial: randomBytes(16) })
  const owner = await readOwner('etcd')
  await files.write(layout.caCertificate, formatPem('CERTIFICATE', certificate), { mode: 0o644, owner })
}

/** The pin of the CA that this host signs with: of the installed certificates the one that belongs to its key. */
export async function readOwnPin({ layout, files }: HostWorld): Promise<string> {
  const [certificates, key] = await Promise.all([files.read(layout.caCertificate), files.read(layout.caKey)])
  return certificatePin(parseCertificateAuthority(certificates?.text ?? '', key?.text ?? '').certificate.der)
}

async function ensureKey({ layout, files }: HostWorld): Promise<KeyObject> {
  const installed = await files.read(layout.caKey)
  if (installed !== undefined) return createPrivateKey(installed.text)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // For root alone: the authority gets it as a credential of systemd, and no other account ever.
  await files.write(layout.caKey, formatKey(privateKey), { mode: 0o400 })
  return privateKey
}

function formatKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

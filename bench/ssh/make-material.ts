import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCaCertificate } from '../../src/authority/create-ca.ts'
import { formatPem } from '../../src/x509/pem.ts'
import { writeCsr } from '../../src/x509/write/write-csr.ts'
import type { BenchSite } from './contender.ts'
import type { Csr } from './load-plan.ts'

const names = 200

/** CSRs of so many masters, with a P-256 key each. */
export function makeCsrs(): readonly Csr[] {
  return Array.from({ length: names }, (_, index) => {
    const name = `kubemaster-${index}`
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return { name, pem: formatPem('CERTIFICATE REQUEST', writeCsr(name, privateKey)) }
  })
}

/** A CA in that directory. */
export function makeCa(directory: string): Pick<BenchSite, 'certificateFile' | 'keyFile'> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = createCaCertificate({ key: privateKey, nowMs: Date.now(), serial: randomBytes(16) })
  const [certificateFile, keyFile] = [join(directory, 'signet-ca.crt'), join(directory, 'signet-ca.key')]
  writeFileSync(certificateFile, formatPem('CERTIFICATE', der))
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return { certificateFile, keyFile }
}

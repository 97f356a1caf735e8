import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import type { BenchSite, Contender } from './contender.ts'
import { startServer } from './start-server.ts'
import { ensureStepCa } from './tools.ts'

const keyId = 'bench'

/** step-ca's HTTPS API with its usual provisioner and database: each caller shows a token signed for it. */
export async function startStepCa({ directory, certificateFile, keyFile }: BenchSite): Promise<Contender> {
  const stepCa = await ensureStepCa()
  const [port = 0] = await findFreePorts('127.0.0.1', 1)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid: keyId, alg: 'ES256' }
  const config = join(directory, 'step-ca.json')
  const settings = {
    root: certificateFile,
    crt: certificateFile,
    key: keyFile,
    address: `127.0.0.1:${port}`,
    dnsNames: ['127.0.0.1'],
    logger: { format: 'text' },
    db: { type: 'badgerv2', dataSource: join(directory, 'db') },
    authority: { provisioners: [{ type: 'JWK', name: keyId, key }] },
  }
  writeFileSync(config, JSON.stringify(settings))
  const { pid, stop } = await startServer({ command: stepCa, args: [config], ready: /ready/ })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const provisioner = { name: keyId, keyId, privateKeyPem }
  const reach = { kind: 'step-ca' as const, caPem: readFileSync(certificateFile, 'utf8'), provisioner }
  return { title: 'step-ca, HTTPS API', port, reach, expected: 'BEGIN CERTIFICATE-----', pids: [pid], stop }
}

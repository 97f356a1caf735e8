import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import type { BenchSite, Contender } from './contender.ts'
import { startServer } from './start-server.ts'
import { ensureCfssl } from './tools.ts'

const signing = { default: { usages: ['signing', 'client auth'], expiry: '24h' } }

/** cfssl's HTTPS API, which signs for everybody who reaches it, as we do. */
export async function startCfssl({ directory, certificateFile, keyFile }: BenchSite): Promise<Contender> {
  const cfssl = await ensureCfssl()
  const [port = 0] = await findFreePorts('127.0.0.1', 1)
  const [tlsKey, tlsCert, config] = ['tls.key', 'tls.crt', 'cfssl.json'].map((name) => join(directory, name))
  if (tlsKey === undefined || tlsCert === undefined || config === undefined) throw new Error('no files')
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', tlsKey]
  execFileSync('openssl', ['req', '-x509', ...newKey, ...subject, '-out', tlsCert], { stdio: 'ignore' })
  writeFileSync(config, JSON.stringify({ signing }))
  const place = ['-address', '127.0.0.1', '-port', `${port}`, '-tls-cert', tlsCert, '-tls-key', tlsKey]
  const { pid, stop } = await startServer({
    command: cfssl,
    args: ['serve', ...place, '-ca', certificateFile, '-ca-key', keyFile, '-config', config, '-loglevel', '1'],
    ready: /Now listening/,
  })
  const reach = { kind: 'cfssl' as const, caPem: readFileSync(tlsCert, 'utf8') }
  return { title: 'cfssl, HTTPS API', port, reach, expected: 'BEGIN CERTIFICATE-----', pids: [pid], stop }
}

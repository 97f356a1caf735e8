import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchCa, Contender } from './contender.ts'
import { startServer } from './start-server.ts'

const program = join(import.meta.dirname, '../../src/cli/main.ts')
const floorServer = join(import.meta.dirname, 'floor-server.ts')

/** The authority and the endpoint with its embedded front, as services run them. */
export async function startEmbedded({ directory, certificateFile, keyFile }: BenchCa): Promise<Contender> {
  const config = join(directory, 'signet.yaml')
  // Limits that the load generator, all of it one host, does not reach.
  writeFileSync(
    config,
    JSON.stringify({
      controlPlaneNetworks: ['127.0.0.0/8'],
      endpoint: {
        front: 'embedded',
        embedded: { address: '127.0.0.1', port: 0, hostKey: join(directory, 'host-key') },
        limits: { requestsPerMinute: 1_000_000 },
      },
      paths: {
        caCertificate: certificateFile,
        caKey: keyFile,
        journal: join(directory, 'issued.jsonl'),
        authoritySocket: join(directory, 'authority.sock'),
      },
    }),
  )
  const start = (command: string, ready: RegExp) =>
    startServer({ command: process.execPath, args: [program, command, '--config', config], ready })
  const authority = await start('authority', /"ready"/)
  const endpoint = await start('endpoint', /"port":\s*([0-9]+).*"ready"|"ready".*"port":\s*([0-9]+)/)
  return {
    title: 'embedded front',
    port: Number(endpoint.ready[1] ?? endpoint.ready[2]),
    user: 'signer',
    pids: [authority.pid, endpoint.pid],
    stop: async () => {
      await endpoint.stop()
      await authority.stop()
    },
  }
}

/** The same SSH library saying "ok". */
export async function startFloor(): Promise<Contender> {
  const { pid, ready, stop } = await startServer({
    command: process.execPath,
    args: [floorServer],
    ready: /ready ([0-9]+)/,
  })
  return { title: 'floor: ssh2 that says "ok"', port: Number(ready[1]), user: 'signer', pids: [pid], stop }
}

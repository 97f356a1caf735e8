import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchSite } from './contender.ts'
import { startServer } from './start-server.ts'

/** Authority and endpoint, as services run them. */
export interface SignetDaemons {
  readonly pids: readonly number[]
  /** Of the embedded front. */
  readonly port: number
  stop(): Promise<void>
}

const readyOnPort = /"port":\s*([0-9]+).*"ready"|"ready".*"port":\s*([0-9]+)/

/** Starts both, with limits that the load generator, all of it one host, does not reach. */
export async function startSignet(site: BenchSite, front: 'embedded' | 'openssh'): Promise<SignetDaemons> {
  const config = join(site.directory, 'signet.yaml')
  writeFileSync(config, JSON.stringify(configOf(site, front)))
  const start = (command: string, ready: RegExp) =>
    startServer({ command: site.signet, args: [command, '--config', config], ready })
  const authority = await start('authority', /"ready"/)
  const endpoint = await start('endpoint', front === 'embedded' ? readyOnPort : /"ready"/)
  return {
    port: Number(endpoint.ready[1] ?? endpoint.ready[2]),
    pids: [authority.pid, endpoint.pid],
    stop: async () => {
      await endpoint.stop()
      await authority.stop()
    },
  }
}

function configOf({ directory, certificateFile, keyFile }: BenchSite, front: 'embedded' | 'openssh'): unknown {
  return {
    controlPlaneNetworks: ['127.0.0.0/8'],
    endpoint: {
      front,
      embedded: { address: '127.0.0.1', port: 0, hostKey: join(directory, 'host-key') },
      limits: { requestsPerMinute: 1_000_000 },
    },
    paths: {
      caCertificate: certificateFile,
      caKey: keyFile,
      journal: join(directory, 'issued.jsonl'),
      authoritySocket: join(directory, 'authority.sock'),
      relaySocket: join(directory, 'relay.sock'),
    },
  }
}

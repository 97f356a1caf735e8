import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInit } from '../../../src/cli/host/init.ts'
import { connectEtcd } from '../../../src/etcd/etcd-client.ts'
import { putKey } from '../../../src/etcd/key-value.ts'
import { takeSnapshot } from '../../../src/recovery/take-snapshot.ts'
import { memberOptions } from '../../host/member-options.ts'
import { TestHost } from './test-host.ts'

/** What an operator has of a cluster all of whose hosts are gone. */
export class LostCluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'signet-lost-'))
  readonly caKey = join(this.directory, 'ca.key')
  readonly caCert = join(this.directory, 'ca.crt')
  from = ''
  revision = 0n
  clusterId = ''

  /** A cluster of one with a few keys, saved, and gone. */
  static async create(address: string, etcd: string): Promise<LostCluster> {
    const lost = new LostCluster()
    const host = await TestHost.create(address, etcd)
    try {
      await host.listen((streams) => runInit(memberOptions(host), streams, host.world()))
      await write(host, { a: '1', b: '2', '/registry/masterleases/192.0.2.31': '{}' })
      const taken = await takeSnapshot(host.world(), { to: lost.directory })
      lost.from = taken.file
      lost.revision = BigInt(taken.revision)
      lost.clusterId = taken.clusterId
      copyFileSync(host.layout.caKey, lost.caKey)
      copyFileSync(host.layout.caCertificate, lost.caCert)
      await write(host, { a: 'written after the snapshot' })
    } finally {
      await host.remove()
    }
    return lost
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Gives a host an etcdutl where administrators put theirs. */
export function bringEtcdutl({ layout }: TestHost, etcdutl: string): void {
  mkdirSync(layout.localEtcd, { recursive: true })
  // Not a link: those of the checkout's cache look for their libraries beside the name that they are started by.
  const own = join(layout.localEtcd, 'etcdutl')
  writeFileSync(own, `#!/bin/sh\nexec '${etcdutl}' "$@"\n`, { mode: 0o755 })
}

/** A client of a host's own etcd, by the pair of its member. */
export function connectHost({ layout, place }: TestHost) {
  const read = (path: string): string => readFileSync(path, 'utf8')
  return connectEtcd({
    endpoints: [`https://127.0.0.1:${place.etcdPorts.client}`],
    caPem: read(layout.caCertificate),
    certPem: read(layout.memberCertificate),
    keyPem: read(layout.memberKey),
    timeoutMs: 5000,
  })
}

async function write(host: TestHost, values: Readonly<Record<string, string>>): Promise<void> {
  const client = connectHost(host)
  try {
    for (const [key, value] of Object.entries(values)) await putKey(client, key, value)
  } finally {
    client.close()
  }
}

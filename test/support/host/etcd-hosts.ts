import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEtcd, type EtcdClient } from '../../../src/etcd/etcd-client.ts'
import { hostLayout } from '../../../src/host/host-layout.ts'
import { takeSnapshot } from '../../../src/recovery/take-snapshot.ts'
import { foundCluster, joinCluster } from '../../../src/sandbox/grow-cluster.ts'
import { SandboxHost } from '../../../src/sandbox/sandbox-host.ts'
import { planSigner } from '../../../src/sandbox/sandbox-signer.ts'
import { readUsePlan, type UseAudience, useEtcd } from '../../../src/setup/etcd-use/use-host.ts'
import type { UseReceipt } from '../../../src/setup/etcd-use/use-receipt.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import { ownDaemons } from '../shell/own-program.ts'
import { silentListener } from '../silent.ts'

const voice = { say: () => {}, listener: () => silentListener }

/** Hosts of this process, on loopback addresses, that `signet init` and `signet join` made members with a real etcd. */
export class EtcdHosts {
  readonly directory = mkdtempSync(join(tmpdir(), 'signet-hosts-'))
  readonly hosts: SandboxHost[] = []
  readonly #clients: EtcdClient[] = []

  /** This many hosts of a cluster that runs the etcd of a directory. */
  static async found(etcd: string, count: number, network = 60): Promise<EtcdHosts> {
    const all = new EtcdHosts()
    try {
      const signer = await all.#add(etcd, network, 1)
      const options = { directory: all.directory, members: count, clientLifetime: '24h', networks: ['127.0.0.0/8'] }
      const { pin } = await foundCluster(signer, planSigner(signer, options), voice)
      const address = { host: signer.address, port: signer.sshPort, pin }
      for (let index = 2; index <= count; index += 1)
        await joinCluster(await all.#add(etcd, network, index), address, voice)
      return all
    } catch (error) {
      await all.remove()
      throw error
    }
  }

  /** The host at an index. */
  at(index: number): SandboxHost {
    const host = this.hosts[index]
    if (host === undefined) throw new Error(`no host ${index}`)
    return host
  }

  /** A directory whose etcd is this script; the path of `real` is in $REAL. */
  scriptedEtcd(name: string, real: string | undefined, script = 'exec "$REAL" "$@"'): string {
    const directory = join(this.directory, name)
    mkdirSync(directory, { recursive: true })
    const text = `#!/bin/sh\nREAL=${real}\n[ "$1" = --version ] && exec "$REAL" --version\n${script}\n`
    writeFileSync(join(directory, 'etcd'), text, { mode: 0o755 })
    return directory
  }

  /** A client that asks all members, in this order, or those that are given. */
  connect(hosts: readonly SandboxHost[] = this.hosts): EtcdClient {
    const [first] = hosts
    const read = (file: string | undefined): string => readFileSync(file ?? '', 'utf8')
    const layout = first?.world.layout
    const client = connectEtcd({
      endpoints: hosts.map(clientUrlOf),
      caPem: read(layout?.caCertificate),
      certPem: read(layout?.memberCertificate),
      keyPem: read(layout?.memberKey),
      timeoutMs: 5000,
    })
    this.#clients.push(client)
    return client
  }

  async remove(): Promise<void> {
    for (const client of this.#clients) client.close()
    for (const { units } of this.hosts.toReversed()) await units.stopAll(0)
    rmSync(this.directory, { recursive: true, force: true })
  }

  async #add(etcd: string, network: number, index: number): Promise<SandboxHost> {
    const name = `etcd-${index}`
    const root = join(this.directory, name)
    mkdirSync(root)
    // A socket's path has at most 107 bytes.
    const sockets = join(this.directory, `run-${index}`)
    const layout = {
      ...hostLayout(root),
      authoritySocket: join(sockets, 'authority.sock'),
      relaySocket: join(sockets, 'relay.sock'),
      distributionEtcd: etcd,
    }
    const { signal } = new AbortController()
    const told = { signal, leaveOut: () => {}, ended: () => {} }
    const address = `127.0.${network}.${index}`
    const host = await SandboxHost.create({ name, address, layout, logs: root, program: ownDaemons, ...told })
    this.hosts.push(host)
    return host
  }
}

export function clientUrlOf({ address, world }: SandboxHost): string {
  return `https://${address}:${world.etcdPorts.client}`
}

/** `signet etcd use DIR` on one of them; its receipt, or none where there was nothing to do. */
export async function runUse(
  { world }: { readonly world: HostWorld },
  directory: string,
  change: Partial<UseAudience> = {},
): Promise<UseReceipt | undefined> {
  const plan = await readUsePlan({ directory }, world)
  if (plan.isDone) return undefined
  let receipt: UseReceipt | undefined
  const conclude = (told: UseReceipt): void => {
    receipt = told
  }
  const take: UseAudience['takeSnapshot'] = (onProgress) => takeSnapshot(world, { onProgress })
  await useEtcd(plan, { listener: silentListener, conclude, takeSnapshot: take, ...change }, world)
  return receipt
}

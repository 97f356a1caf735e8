import { stringify } from 'yaml'
import type { SandboxLayout } from './sandbox-layout.ts'
import type { SandboxOptions } from './sandbox-options.ts'

/** `signet.yaml` of a sandbox: that of a real host but for the paths, the ports and the embedded front. */
export function formatSandboxConfig(layout: SandboxLayout, options: SandboxOptions, etcdUrl: string): string {
  return stringify({
    controlPlaneNetworks: options.networks,
    lifetimes: { client: options.clientLifetime },
    endpoint: {
      front: 'embedded',
      embedded: { address: options.isIpv6 ? '::1' : '127.0.0.1', port: 0, hostKey: layout.hostKey },
    },
    etcd: { endpoints: [etcdUrl] },
    paths: {
      caCertificate: layout.caCertificate,
      caKey: layout.caKey,
      journal: layout.journal,
      authoritySocket: layout.authoritySocket,
      relaySocket: layout.relaySocket,
    },
  })
}

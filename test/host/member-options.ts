import type { InitOptions } from '../../src/cli/host/init.ts'
import type { TestHost } from '../support/host/test-host.ts'

/** Options with which a test host founds a cluster on its loopback address. */
export function memberOptions(host: TestHost, change: Partial<InitOptions> = {}): InitOptions {
  const endpoint = `embedded:${host.embeddedPort}`
  return { name: 'etcd-1', address: [host.address], network: ['127.0.0.0/8'], endpoint, ...change }
}

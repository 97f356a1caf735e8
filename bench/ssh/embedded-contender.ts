import type { BenchSite, Contender } from './contender.ts'
import { startSignet } from './signet-daemons.ts'

/** Signet with the SSH server inside its endpoint. */
export async function startEmbedded(site: BenchSite): Promise<Contender> {
  const { port, pids, stop } = await startSignet(site, 'embedded')
  const expected = '-----BEGIN CERTIFICATE-----'
  return { title: 'Signet, embedded front', port, reach: { kind: 'ssh', user: 'signer' }, expected, pids, stop }
}

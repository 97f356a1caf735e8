import { lstat } from 'node:fs/promises'
import { version } from '../../core/version.ts'
import { askCounts } from '../../endpoint/relay-front/ask-counts.ts'
import type { SignetConfig } from '../../host/signet-config.ts'
import type { HostOptions } from '../inspect/host-places.ts'
import type { InspectionWorld } from '../inspect/inspection-world.ts'
import { inspectHost } from '../inspect-host.ts'
import type { ShownHost } from '../inspected-host.ts'
import { readPeerPorts } from './kept-probe.ts'
import type { MetricFacts } from './metric-facts.ts'

export interface MetricOptions extends HostOptions {
  /** Where the last probe of the peer ports is kept. */
  readonly keptProbe?: string | undefined
}

/** Reads what metrics are made of besides a host as it was looked at. */
export async function readMetricFacts(
  { pairs, isClockSynchronised, authority, signer, snapshots, nowMs }: ShownHost,
  options: MetricOptions,
  world: InspectionWorld,
): Promise<MetricFacts> {
  const config = authority?.config
  const [counts, signerSinceMs, peerPorts] = await Promise.all([
    config === undefined ? undefined : askCounts(config.paths.relaySocket).catch(() => undefined),
    config === undefined ? undefined : readSince(config),
    authority === undefined ? undefined : readPeerPorts({ ...keeping(options, world, nowMs) }),
  ])
  const own = { nowMs, version, pairs, isClockSynchronised, authority, signer, snapshots }
  return { ...own, counts, signerSinceMs, peerPorts }
}

function keeping(options: MetricOptions, world: InspectionWorld, nowMs: number): Parameters<typeof readPeerPorts>[0] {
  const probe = async () => (await inspectHost(['peerPorts'], options, world)).peerPorts
  return { files: world.files, file: options.keptProbe, nowMs, probe }
}

// init and adopt put the key there once; editing signet.yaml, restarts and upgrades leave it alone.
async function readSince({ paths }: SignetConfig): Promise<number | undefined> {
  const found = await lstat(paths.caKey).catch(() => undefined)
  return found?.mtimeMs
}

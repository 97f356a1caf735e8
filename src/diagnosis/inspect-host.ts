import { join, resolve } from 'node:path'
import { askEndpoints } from '../client/ask/ask-endpoints.ts'
import type { Signer } from '../client/ask/signer.ts'
import { requireDirectory } from '../client/client-layout.ts'
import type { ClientWorld } from '../client/client-world.ts'
import { defaultPairCommands } from '../client/pair/pair-commands.ts'
import { savedSigner } from '../client/saved-state.ts'
import { quoteShell } from '../core/quote-shell.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { requireGuarded } from '../host/files/guarded-path.ts'
import { defaultConfigFile } from '../host/signet-config.ts'
import { type HostOptions, type HostPlaces, planPlaces } from './inspect/host-places.ts'
import { type InspectedLeader, inspectLeader } from './inspect/inspect-authority.ts'
import { type InspectedCluster, inspectCluster } from './inspect/inspect-cluster.ts'
import { type HostPair, inspectPairs } from './inspect/inspect-pairs.ts'
import { type InspectedSigner, inspectSigner } from './inspect/inspect-signer.ts'

/** Everything that was found, at one moment and without changing anything. */
export interface InspectedHost {
  readonly nowMs: number
  /** Null where this host cannot tell. */
  readonly isClockSynchronised: boolean | null
  readonly pairs: readonly HostPair[]
  /** What to type for a first certificate where one was looked for. */
  readonly request?: string
  /** Undefined where no signer is known here. */
  readonly signer: InspectedSigner | undefined
  /** Undefined where this host has no certificate to ask etcd with. */
  readonly cluster: InspectedCluster | undefined
  readonly leader: InspectedLeader | undefined
}

/** What looking at a host touches of the world. */
export interface InspectionPorts extends ClientWorld {
  /** The account that runs this. */
  readonly ownUid: number
  readonly isClockSynchronised: () => Promise<boolean | null>
}

/** Looks at the pairs, the signer, the members and, on a leader, the authority. */
export async function inspectHost(options: HostOptions, ports: InspectionPorts): Promise<InspectedHost> {
  await requireDirectory(options.dir, ports.files)
  await requireOwnDescriptions(options, ports)
  await requireConfig(options.config, ports.files)
  const places = planPlaces(options)
  const pairs = await inspectPairs(places.pairs, ports)
  const signer = findSigner(places, pairs)
  const [inspectedSigner, leader, isClockSynchronised] = await Promise.all([
    signer === undefined ? undefined : inspectSigner(signer, ports),
    inspectLeader(places.configFile),
    ports.isClockSynchronised(),
  ])
  const cluster = await findCluster(places, { pairs, signer: inspectedSigner }, ports)
  const { request } = places.pairs[0]?.commands ?? defaultPairCommands
  return { nowMs: ports.clock.now(), isClockSynchronised, pairs, request, signer: inspectedSigner, cluster, leader }
}

// Whoever names one wants to hear of it, and not that this host is no leader.
async function requireConfig(file: string | undefined, files: ClientWorld['files']): Promise<void> {
  if (file === undefined || (await files.read(file)) !== undefined) return
  throw new SignetError('configuration', `there is no configuration ${quoteUntrusted(file)}`, {
    hint: `name the leader's, or none: --config=${quoteShell(defaultConfigFile)}`,
  })
}

// They say which files are read, whom root asks and with which configuration of ssh.
async function requireOwnDescriptions(
  { sandbox, config }: HostOptions,
  { files, ownUid }: InspectionPorts,
): Promise<void> {
  const remedy = () => 'run this without sudo, as the account that the files belong to'
  for (const path of [
    ...(sandbox === undefined ? [] : [join(sandbox, 'sandbox.json')]),
    ...(config === undefined ? [] : [config]),
  ]) {
    await requireGuarded(resolve(path), { look: files.look, ownUid, fileOwners: [], remedy })
  }
}

function findSigner({ signer }: HostPlaces, pairs: readonly HostPair[]): Signer | undefined {
  const state = pairs.find((pair) => pair.state !== undefined)?.state
  return signer ?? (state === undefined ? undefined : savedSigner(state))
}

async function findCluster(
  places: HostPlaces,
  { pairs, signer }: Pick<InspectedHost, 'pairs' | 'signer'>,
  ports: ClientWorld,
): Promise<InspectedCluster | undefined> {
  // Quiet: that no endpoint is known is told with the cluster.
  const { onWarning: _, ...quiet } = ports
  const whole = pairs.find(({ pair }) => pair.key.content !== undefined && pair.certificate.content !== undefined)
  if (whole === undefined) return undefined
  const saved = whole.state?.endpoints ?? []
  if (saved.length > 0) return inspectCluster(whole.pair, saved)
  if (whole.pair.kind === 'member') return inspectCluster(whole.pair, places.memberEndpoints)
  const asked = signer === undefined || 'failure' in signer ? undefined : await askEndpoints(signer.signer, quiet)
  return inspectCluster(whole.pair, asked ?? [])
}

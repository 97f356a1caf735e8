import { listenOnSocket } from '../host/net/unix-socket.ts'
import type { SignetConfig } from '../host/signet-config.ts'
import { listCounts } from '../protocol/endpoint-counts.ts'
import { planEmbeddedLimits, planRelayLimits } from './admission/front-limits.ts'
import { answerCall } from './answer-call.ts'
import type { EndpointWorld } from './endpoint-world.ts'

/** Whichever SSH front leads here: where it listens, and how to end it. */
export interface Front {
  readonly place: { readonly host: string; readonly port: number } | { readonly socket: string }
  close(): Promise<void>
}

/** Starts the front that `signet.yaml` names, and loads no other. */
export function startFront(
  config: SignetConfig,
  world: EndpointWorld,
  inheritedFd: number | undefined,
): Promise<Front> {
  return config.endpoint.front === 'embedded'
    ? startBuiltInServer(config, world)
    : startBehindSshd(config, world, inheritedFd)
}

// ssh2 is large, and of no use behind OpenSSH.
async function startBuiltInServer({ endpoint }: SignetConfig, world: EndpointWorld): Promise<Front> {
  const [{ startEmbeddedFront }, { ensureHostKey }] = await Promise.all([
    import('./ssh-front/embedded-front.ts'),
    import('./ssh-front/host-key.ts'),
  ])
  const { address, port, hostKey } = endpoint.embedded
  const { host, ...front } = await startEmbeddedFront({
    address,
    port,
    hostKey: await ensureHostKey(hostKey),
    answer: (call) => answerCall(call, world),
    isAllowed: world.isAllowed,
    refusals: world.refusals,
    limits: planEmbeddedLimits(endpoint.limits),
  })
  return { place: { host, port: front.port }, close: front.close }
}

async function startBehindSshd(
  { paths: { relaySocket }, endpoint }: SignetConfig,
  world: EndpointWorld,
  inheritedFd: number | undefined,
): Promise<Front> {
  const { startRelayFront } = await import('./relay-front/relay-server.ts')
  const front = await startRelayFront({
    // systemd gives the socket to the group `signer`; one that is made here is for this account alone.
    listen: (server) => listenOnSocket(server, { inheritedFd, path: relaySocket, mode: 0o600 }),
    answer: (call) => answerCall(call, world),
    refusals: world.refusals,
    describeCounts: () => JSON.stringify(listCounts(world.tally.counts())),
    limits: planRelayLimits(endpoint.limits),
  })
  return { place: { socket: relaySocket }, close: front.close }
}

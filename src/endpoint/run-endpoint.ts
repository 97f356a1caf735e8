import { systemClock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { SignetError } from '../core/signet-error.ts'
import { createClockSync } from '../host/clock-sync.ts'
import { createDaemonLog } from '../host/daemon-log.ts'
import { localFiles } from '../host/files/local-files.ts'
import { writeFileAtomically } from '../host/files/write-file-atomically.ts'
import { createNetworkPolicy } from '../host/net/network-policy.ts'
import { listenOnInheritedSocket, listenOnSocket } from '../host/net/unix-socket.ts'
import { watchProcess } from '../host/programs/process-watch.ts'
import { announceReady } from '../host/programs/service-manager.ts'
import type { ServiceWorld } from '../host/programs/service-start.ts'
import { readConfig, type SignetConfig } from '../host/signet-config.ts'
import { type CaBundle, formatCaBundle, parseCaBundle } from '../x509/ca-bundle.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import { formatPem } from '../x509/pem.ts'
import { writeCsr } from '../x509/write/write-csr.ts'
import { RateLimitedLog } from './admission/rate-limited-log.ts'
import { RequestLimiter } from './admission/request-limiter.ts'
import { answerCall } from './answer-call.ts'
import type { EndpointPorts, TrustedCa } from './endpoint-ports.ts'
import { planMemoryBound } from './memory-bound.ts'
import { AuthorityClient } from './upstream/authority-client.ts'
import { type ClientCredential, EtcdCredential } from './upstream/etcd-credential.ts'
import { type EtcdConnection, EtcdQuestions } from './upstream/etcd-questions.ts'

export interface EndpointOptions extends ServiceWorld {
  readonly configFile: string
  /** Where `{"host","port"}` is written once callers are answered. */
  readonly readyFile?: string
  /** Settles when the daemon shall end. */
  readonly stopped: Promise<unknown>
}

const summaryIntervalMs = 60_000
const etcdTimeoutMs = 1500
/** Nothing that a caller asks takes a tenth of a second. */
const maxStandstillMs = 10_000

/** Runs the endpoint until it is stopped. Neither etcd nor the authority need be there when it starts. */
export async function runEndpoint(options: EndpointOptions): Promise<void> {
  const { configFile, readyFile, stopped } = options
  const config = readConfig(configFile)
  const log = createDaemonLog('endpoint')
  surviveDefects(log)
  const refusals = new RateLimitedLog(log, systemClock)
  const authority = new AuthorityClient({ socketPath: config.paths.authoritySocket })
  const ports = composePorts(config, { authority, log, refusals })
  const front = await startFront(config, ports, options.inheritedFd)
  // Not before: it would keep a process alive that could not start, and that nobody would start again.
  const summaries = setInterval(() => refusals.flush(), summaryIntervalMs)
  if (readyFile !== undefined) await announce(readyFile, front.place)
  const maxResidentBytes = planMemoryBound(config.endpoint.limits)
  const stopWatching = watchProcess('endpoint', { maxResidentBytes, maxStandstillMs }, log)
  const stopAnnouncing = await announceReady(options, log)
  log.info(front.place, 'ready')
  await stopped
  stopAnnouncing()
  stopWatching()
  clearInterval(summaries)
  await front.close()
  authority.close()
  refusals.flush()
  log.info({}, 'stopped')
}

interface Base {
  readonly authority: AuthorityClient
  readonly log: Log
  readonly refusals: RateLimitedLog
}

function composePorts(config: SignetConfig, { authority, log, refusals }: Base): EndpointPorts {
  const sign = authority.sign.bind(authority)
  const credential = new EtcdCredential({ writeCsr, sign, clock: systemClock })
  return {
    isAllowed: createNetworkPolicy(config.controlPlaneNetworks),
    networks: config.controlPlaneNetworks,
    requests: new RequestLimiter({ requestsPerMinute: config.endpoint.limits.requestsPerMinute }),
    authority,
    etcd: new EtcdQuestions({
      readCredential: () => credential.read(),
      connect: (held, learnt) => connectToEtcd(config, held, learnt),
      clock: systemClock,
      log: refusals,
    }),
    readCaCertificates: async () => (await readCas(config.paths.caCertificate)).map(describeCa),
    isClockSynchronised: createClockSync(systemClock),
    clock: systemClock,
    log,
    refusals,
  }
}

/** Whichever SSH front leads here: where it listens, and how to end it. */
interface Front {
  readonly place: { readonly host: string; readonly port: number } | { readonly socket: string }
  close(): Promise<void>
}

function startFront(config: SignetConfig, ports: EndpointPorts, inheritedFd: number | undefined): Promise<Front> {
  return config.endpoint.front === 'embedded' ? startSshServer(config, ports) : startRelay(config, ports, inheritedFd)
}

// ssh2 is large, and of no use behind OpenSSH.
async function startSshServer(config: SignetConfig, ports: EndpointPorts): Promise<Front> {
  const [{ startEmbeddedFront }, { ensureHostKey }] = await Promise.all([
    import('./ssh-front/embedded-front.ts'),
    import('./ssh-front/host-key.ts'),
  ])
  const { address, port, hostKey } = config.endpoint.embedded
  const { limits } = config.endpoint
  const { host, ...front } = await startEmbeddedFront({
    address,
    port,
    hostKey: await ensureHostKey(hostKey),
    answer: (call) => answerCall(call, ports),
    isAllowed: ports.isAllowed,
    refusals: ports.refusals,
    limits: {
      loginTimeoutMs: limits.loginTime * 1000,
      requestTimeoutMs: limits.requestTime * 1000,
      maxConnections: limits.connections,
      maxConnectionsPerSource: limits.connectionsPerAddress,
      maxBusyConnections: limits.busyConnections,
      maxServed: limits.served,
    },
  })
  return { place: { host, port: front.port }, close: front.close }
}

async function startRelay(config: SignetConfig, ports: EndpointPorts, inheritedFd: number | undefined): Promise<Front> {
  const { startRelayFront } = await import('./relay-front/relay-server.ts')
  const { relaySocket } = config.paths
  const { limits } = config.endpoint
  const front = await startRelayFront({
    // systemd gives the socket to the group `signer`; one that is made here is for this account alone.
    listen: (server) =>
      inheritedFd === undefined
        ? listenOnSocket(server, relaySocket, 0o600)
        : listenOnInheritedSocket(server, inheritedFd),
    answer: (call) => answerCall(call, ports),
    refusals: ports.refusals,
    // sshd has logged its callers in, and bounds them by MaxStartups and LoginGraceTime.
    limits: {
      requestTimeoutMs: limits.requestTime * 1000,
      maxConnections: limits.connections,
      maxBusyConnections: limits.busyConnections,
    },
  })
  return { place: { socket: relaySocket }, close: front.close }
}

// gRPC costs start-up time and memory, and is not needed before the first question.
async function connectToEtcd(
  config: SignetConfig,
  { certPem, keyPem }: ClientCredential,
  learnt: readonly string[],
): Promise<EtcdConnection> {
  const [{ connectEtcd }, { listMembers }] = await Promise.all([
    import('../etcd/etcd-client.ts'),
    import('../etcd/list-members.ts'),
  ])
  // While the CA is exchanged some members show a certificate of the one, some of the other.
  const caPem = formatCaBundle(await readCas(config.paths.caCertificate))
  const endpoints = [...new Set([...config.etcd.endpoints, ...learnt])]
  const client = connectEtcd({ endpoints, timeoutMs: etcdTimeoutMs, caPem, certPem, keyPem })
  return {
    listMembers: (linearizable) => listMembers(client, { linearizable }),
    close: () => client.close(),
  }
}

// Written anew from what was parsed: whatever else stands in that file stays here.
function describeCa({ der }: CaBundle[number]): TrustedCa {
  return { pem: formatPem('CERTIFICATE', der), pin: certificatePin(der) }
}

async function readCas(file: string): Promise<CaBundle> {
  try {
    return parseCaBundle((await localFiles.read(file))?.text ?? '')
  } catch (cause) {
    throw new SignetError('configuration', "the signer's CA certificate cannot be read", {
      hint: `root of the signer: see ${file}`,
      cause,
    })
  }
}

async function announce(readyFile: string, place: Front['place']): Promise<void> {
  await writeFileAtomically(readyFile, `${JSON.stringify(place)}\n`, { mode: 0o644 })
}

// One caller's connection may hit a defect in a callback, of ours or of ssh2; the other callers must not feel it.
function surviveDefects(log: Log): void {
  const report = (error: unknown): void => {
    log.error({ stack: error instanceof Error ? (error.stack ?? '') : String(error) }, 'a defect was survived')
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}

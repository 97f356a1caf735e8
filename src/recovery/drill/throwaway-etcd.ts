import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { connectEtcd, type EtcdClient } from '../../etcd/etcd-client.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import { etcdFlags, type MemberSettings } from '../../etcd/versions/flags-by-version.ts'
import { writeFileAtomically } from '../../host/files/write-file-atomically.ts'
import { findFreePorts } from '../../host/net/free-port.ts'
import { type OwnChild, startChild } from '../../host/programs/child-process.ts'
import { idleCommand } from '../../host/programs/idle-command.ts'
import { waitUntil } from '../../host/wait-until.ts'
import { createDrillCredential } from './drill-credential.ts'
import type { DrillWorld } from './drill-world.ts'
import type { DrillEtcd } from './find-drill-etcd.ts'

/** What every process of a drill is called with: so the next drill knows what one that was killed has left. */
export const drillName = 'signet-drill'
/** Below the place that is the drill's, what etcd gets to see. */
export const drillData = 'data'

/** How a throw-away etcd is to run. */
export interface ThrowawayOrder {
  readonly etcd: DrillEtcd
  /** A directory that is the account's, with the data in it. */
  readonly directory: string
  readonly logFile: string
  readonly ports: DrillPorts
  readonly quotaBytes: number
  readonly account: { readonly uid: number; readonly gid: number } | undefined
  readonly timeoutMs: number
}

/** An etcd that is a cluster of its own, on loopback, and serves nobody else. */
export interface ThrowawayEtcd {
  readonly client: EtcdClient
  readonly endpoint: string
  stop(): Promise<void>
}

export interface DrillPorts {
  readonly client: number
  readonly peer: number
  readonly metrics: number
}

const graceMs = 5000
/** Where etcd finds its own: whoever runs it may not pass what is above, and etcd asks for the whole name of its data. */
const here = '/proc/self/cwd'

/** Three ports of loopback that nobody has. */
export async function findDrillPorts(): Promise<DrillPorts> {
  const [client = 0, peer = 0, metrics = 0] = await findFreePorts('127.0.0.1', 3)
  return { client, peer, metrics }
}

/** Where the throw-away etcd says that its peers reach it; it has none. */
export function drillPeerUrl({ peer }: DrillPorts): string {
  return `https://127.0.0.1:${peer}`
}

/** Starts it, and waits until it answers. It dies with this process. Throws `bad-data` where it does not come up. */
export async function startThrowaway(order: ThrowawayOrder, world: DrillWorld): Promise<ThrowawayEtcd> {
  const credential = createDrillCredential(world.clock.now())
  const files = { 'pair.crt': credential.certPem, 'pair.key': credential.keyPem }
  for (const [name, text] of Object.entries(files))
    await writeFileAtomically(join(order.directory, name), text, { mode: 0o400, owner: order.account })
  const child = await startEtcd(order)
  const endpoint = `https://127.0.0.1:${order.ports.client}`
  const client = connectEtcd({ endpoints: [endpoint], timeoutMs: order.timeoutMs, ...credential })
  const hangUp = (): void => client.close()
  world.signal.addEventListener('abort', hangUp)
  const stop = async (): Promise<void> => {
    world.signal.removeEventListener('abort', hangUp)
    client.close()
    await child.stop(graceMs)
  }
  try {
    await waitUntilUp(client, endpoint, { child, order, signal: world.signal })
    return { client, endpoint, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startEtcd({ etcd, directory, logFile, account, ...order }: ThrowawayOrder): Promise<OwnChild> {
  const [command = '', ...args] = idleCommand([etcd.program, ...etcdFlags(etcd.version, settingsOf(order))])
  return startChild({ command, args, logFile, directory, account })
}

function settingsOf({ ports, quotaBytes }: Pick<ThrowawayOrder, 'ports' | 'quotaBytes'>): MemberSettings {
  const clientUrls = [`https://127.0.0.1:${ports.client}`]
  const peerUrl = drillPeerUrl(ports)
  return {
    ...{ name: drillName, dataDir: `${here}/${drillData}`, quotaBackendBytes: quotaBytes },
    ...{ listenClientUrls: clientUrls, advertiseClientUrls: clientUrls },
    ...{ listenPeerUrls: [peerUrl], advertisePeerUrls: [peerUrl], metricsUrl: `http://127.0.0.1:${ports.metrics}` },
    ...{ certFile: `${here}/pair.crt`, keyFile: `${here}/pair.key`, caFile: `${here}/pair.crt` },
    ...{ initialCluster: `${drillName}=${peerUrl}`, initialClusterState: 'new', initialClusterToken: drillName },
  }
}

interface Coming {
  readonly child: OwnChild
  readonly order: ThrowawayOrder
  readonly signal: AbortSignal
}

async function waitUntilUp(client: EtcdClient, endpoint: string, { child, order, signal }: Coming): Promise<void> {
  const isUp = async (): Promise<true | undefined> => {
    const status = await readMemberStatus(client, endpoint, 1000).catch(() => undefined)
    return status !== undefined && status.raftLeader !== 0n ? true : undefined
  }
  await waitUntil(isUp, {
    timeoutMs: order.timeoutMs,
    stillHoped: child.isRunning,
    failure: () => (child.isRunning() ? tooSlow(order) : ended(order)),
    signal,
  })
}

function tooSlow({ timeoutMs }: ThrowawayOrder): SignetError {
  const message = `the restored etcd did not answer within ${Math.round(timeoutMs / 1000)} s`
  return new SignetError('try-later', message, { hint: 'see what keeps the disk busy: cat /proc/pressure/io' })
}

/** What is wrong with the data is told by etcd's last words; that it never ran, or had no port, is told by them too. */
function ended({ etcd, logFile }: ThrowawayOrder): SignetError {
  const last = readLastWords(logFile)
  if (last === undefined) {
    return new SignetError('configuration', `${etcd.program} cannot be started for a drill`, {
      hint: `see whether others may run it: namei -l ${quoteShell(etcd.program)}`,
    })
  }
  if (last.includes('address already in use')) {
    return new SignetError('try-later', 'another program took a port of the drill', {
      hint: 'run it again: signet snapshot drill',
    })
  }
  const said = quoteUntrusted(/"(?:error|msg)":"([^"]*)"/.exec(last.replace(/^.*"error":/, '"error":'))?.[1] ?? last)
  return new SignetError('bad-data', `etcd does not start from what was restored: ${said}`, {
    hint: 'take another snapshot and try that: signet snapshot save; then: signet snapshot drill',
  })
}

/** The last line of etcd's that tells of a failure, or else its last; undefined where etcd never wrote one. */
function readLastWords(logFile: string): string | undefined {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n')
  const ofEtcd = lines.filter((line) => line.startsWith('{'))
  const bad = ofEtcd.findLast((line) => /"level":"(?:fatal|panic|error)"/.test(line))
  return ofEtcd.length === 0 ? undefined : (bad ?? ofEtcd.at(-1))
}

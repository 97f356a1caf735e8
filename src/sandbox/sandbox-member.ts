import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { formatHostPort } from '../core/ip-address.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { connectEtcd } from '../etcd/etcd-client.ts'
import { type EtcdVersion, etcdFlags, type MemberSettings, parseEtcdVersion } from '../etcd/flags-by-version.ts'
import { readMemberStatus } from '../etcd/member-status.ts'
import { writeFileAtomically } from '../host/files/write-file-atomically.ts'
import { findFreePorts } from '../host/net/free-port.ts'
import { type OwnChild, startChild } from '../host/programs/child-process.ts'
import { runProgram } from '../host/programs/run-program.ts'
import { waitUntil } from '../host/wait-until.ts'
import { writeCsr } from '../x509/write/write-csr.ts'
import type { ChildStart } from './child-start.ts'
import { type MemberLayout, memberLayout, type SandboxLayout } from './sandbox-layout.ts'
import { startFailure } from './start-failure.ts'

/** Where a member of the sandbox listens. */
export interface MemberPlace {
  readonly name: string
  readonly address: string
  readonly clientUrl: string
  readonly peerUrl: string
  readonly metricsUrl: string
}

export interface RunningMember extends MemberPlace {
  readonly child: OwnChild
  readonly files: MemberLayout
}

/** Obtains a member certificate: name, address and CSR (DER) in, PEM out. */
export type ObtainCertificate = (name: string, address: string, csr: Buffer) => Promise<string>

const startTimeoutMs = 30_000

/** Enough to play with. */
export const quotaBackendBytes = 2 * 1024 ** 3

/** Member `index` (from 1), on a loopback address of its own; IPv6 has only one, which members then share. */
export async function placeMember(index: number, isIpv6 = false): Promise<MemberPlace> {
  const address = isIpv6 ? '::1' : `127.0.0.${index}`
  // Together: one that is found later could be one of these, which nobody listens on yet.
  const [client = 0, peer = 0, metrics = 0] = await findFreePorts(address, 3)
  return {
    name: `etcd-${index}`,
    address,
    clientUrl: `https://${formatHostPort(address, client)}`,
    peerUrl: `https://${formatHostPort(address, peer)}`,
    metricsUrl: `http://${formatHostPort(address, metrics)}`,
  }
}

/** Makes the member's key, and its certificate through `obtain`. */
export async function equipMember(layout: SandboxLayout, place: MemberPlace, obtain: ObtainCertificate): Promise<void> {
  const files = memberLayout(layout, place.name)
  mkdirSync(files.directory, { recursive: true, mode: 0o700 })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeFileAtomically(files.key, keyPem, { mode: 0o600 })
  const certificate = await obtain(place.name, place.address, writeCsr(place.name, privateKey))
  await writeFileAtomically(files.certificate, certificate, { mode: 0o644 })
}

/** Starts the first member of a new cluster; resolves once it answers over TLS with a Raft leader. */
export async function startFirstMember(
  layout: SandboxLayout,
  place: MemberPlace,
  { started, signal }: Partial<ChildStart> = {},
): Promise<RunningMember> {
  const member = await startMember(layout, place, {
    initialCluster: `${place.name}=${place.peerUrl}`,
    initialClusterState: 'new',
  })
  started?.(member.child)
  await waitUntilServing(member, layout, signal)
  return member
}

/** Launches a member and does not wait until it serves. */
export async function startMember(
  layout: SandboxLayout,
  place: MemberPlace,
  start: Pick<MemberSettings, 'initialCluster' | 'initialClusterState'>,
): Promise<RunningMember> {
  const files = memberLayout(layout, place.name)
  const args = etcdFlags(await readEtcdVersion(), {
    ...start,
    name: place.name,
    dataDir: files.data,
    listenClientUrls: [place.clientUrl],
    advertiseClientUrls: [place.clientUrl],
    listenPeerUrls: [place.peerUrl],
    advertisePeerUrls: [place.peerUrl],
    metricsUrl: place.metricsUrl,
    certFile: files.certificate,
    keyFile: files.key,
    caFile: layout.caCertificate,
    initialClusterToken: 'signet-sandbox',
    quotaBackendBytes,
  })
  const child = await startChild({ command: 'etcd', args, logFile: files.log })
  return { ...place, child, files }
}

/** The version of the etcd that will run. Throws `configuration` where there is none. */
export async function readEtcdVersion(): Promise<EtcdVersion> {
  try {
    return parseEtcdVersion(await runProgram('etcd', ['--version']))
  } catch (cause) {
    const { code, message } = asSignetError(cause)
    const hint = 'apt install etcd-server; or, in a checkout, npm run sandbox, which brings an etcd of its own'
    throw new SignetError(code, message, { hint, cause })
  }
}

async function waitUntilServing(member: RunningMember, layout: SandboxLayout, signal?: AbortSignal): Promise<void> {
  const { clientUrl, files, child, name } = member
  const client = connectEtcd({
    endpoints: [clientUrl],
    caPem: readFileSync(layout.caCertificate, 'utf8'),
    certPem: readFileSync(files.certificate, 'utf8'),
    keyPem: readFileSync(files.key, 'utf8'),
    timeoutMs: 2000,
  })
  const hasLeader = async (): Promise<boolean> => {
    const status = await readMemberStatus(client, clientUrl).catch(() => undefined)
    return status !== undefined && status.leader !== 0n
  }
  try {
    await waitUntil(hasLeader, {
      timeoutMs: startTimeoutMs,
      stillHoped: child.isRunning,
      ...(signal === undefined ? {} : { signal }),
      failure: () => startFailure(name, files.log),
    })
  } finally {
    client.close()
  }
}

import { hostname, networkInterfaces } from 'node:os'
import { type Finding, findingsStatus } from '../../core/finding.ts'
import { formatFindings } from '../../diagnosis/format-findings.ts'
import type { HostOptions } from '../../diagnosis/inspect/host-places.ts'
import { checkOpensshFront } from '../../diagnosis/inspect/inspect-front.ts'
import { checkPeerPorts } from '../../diagnosis/inspect/inspect-peer-ports.ts'
import { checkPeerReach } from '../../diagnosis/inspect/inspect-peer-reach.ts'
import { checkSignerPath, systemSignerPath } from '../../diagnosis/inspect/inspect-signer-path.ts'
import { type InspectedHost, type InspectionPorts, inspectHost } from '../../diagnosis/inspect-host.ts'
import { checkAddress } from '../../diagnosis/judge/judge-address.ts'
import { checkHostName } from '../../diagnosis/judge/judge-host-name.ts'
import { judgeJoins } from '../../diagnosis/judge/judge-joins.ts'
import { judgeRenewalTimer, readTimer } from '../../diagnosis/judge/judge-renewal-timer.ts'
import { judgeUpgradePath } from '../../diagnosis/judge/judge-upgrade-path.ts'
import { judgeHost } from '../../diagnosis/judge-host.ts'
import { parseAt } from '../../diagnosis/parse-at.ts'
import { renewalTimer } from '../../diagnosis/renewal-timer.ts'
import { parseEtcdVersion } from '../../etcd/flags-by-version.ts'
import { canReachUrl } from '../../host/net/open-tcp.ts'
import { runProgram } from '../../host/programs/run-program.ts'
import { systemFrontPorts } from '../../openssh/read-front.ts'
import type { CommandStreams } from '../command-streams.ts'

/** What an operator may say to `doctor`, as typed. */
export interface DoctorOptions extends HostOptions {
  /** Judge what will be by then: `+36h`, or a time. */
  readonly at?: string
  readonly json?: boolean
}

/** Looks for everything that goes wrong in practice; returns 0 for well, 1 for attention, 2 for broken. */
export async function runDoctor(
  options: DoctorOptions,
  { stdout }: CommandStreams,
  ports: InspectionPorts,
): Promise<number> {
  const atMs = options.at === undefined ? undefined : parseAt(options.at, ports.clock.now())
  const host = await inspectHost(options, ports)
  const findings = [
    ...judgeHost(host, atMs),
    ...judgeJoins(host, { isThrowAway: options.sandbox !== undefined }),
    ...(await checkSurroundings(host)),
    ...(await checkTimer(host, options)),
    // A sandbox has no account and no sshd.
    ...(options.sandbox === undefined ? await checkOpensshFront(host, systemFrontPorts) : []),
  ]
  const status = findingsStatus(findings)
  const state = (['well', 'attention', 'broken'] as const)[status]
  const at = new Date(atMs ?? host.nowMs).toISOString()
  if (options.json === true) stdout.write(`${JSON.stringify({ state, at, findings })}\n`)
  else stdout.write(formatFindings(findings))
  return status
}

async function checkSurroundings(host: InspectedHost): Promise<readonly Finding[]> {
  const [signerPath, peerPorts, peerReach, installedEtcd] = await Promise.all([
    checkPath(host),
    checkPeerPorts(host),
    checkPeerReach(host, { ownAddresses: ownAddresses(), canReach: canReachUrl }),
    readInstalledEtcd(),
  ])
  const client = host.pairs.find(({ pair }) => pair.kind === 'client')
  return [
    ...signerPath,
    ...(client === undefined ? [] : [checkHostName(hostname(), client.state?.name)]),
    ...host.pairs.flatMap(({ pair }) => checkAddress(pair, ownAddresses())),
    judgeUpgradePath(memberVersions(host), installedEtcd),
    ...peerPorts,
    ...peerReach,
  ]
}

// A sandbox renews nothing.
async function checkTimer({ pairs }: InspectedHost, { dir, sandbox }: DoctorOptions): Promise<readonly Finding[]> {
  if (pairs.length === 0 || sandbox !== undefined) return []
  const unit = renewalTimer(dir)
  return [judgeRenewalTimer({ unit, isActive: await readTimer(unit), isUsual: dir === undefined })]
}

async function checkPath({ signer, leader }: InspectedHost): Promise<readonly Finding[]> {
  if (signer !== undefined) return checkSignerPath(signer.signer, systemSignerPath)
  if (leader !== undefined) return []
  const what = 'no signer is known here, so that the path to it was not tried'
  return [{ check: 'signer-tcp', level: 'unknown', what, fix: 'name it: signet doctor --signer-ip=IP' }]
}

// Masters have no etcd of their own.
async function readInstalledEtcd(): Promise<string | undefined> {
  try {
    const { major, minor, patch } = parseEtcdVersion(await runProgram('etcd', ['--version']))
    return `${major}.${minor}.${patch}`
  } catch {
    return undefined
  }
}

function memberVersions({ cluster }: InspectedHost): readonly string[] {
  if (cluster === undefined || !('view' in cluster)) return []
  return cluster.view.members.flatMap(({ status }) => (status === undefined ? [] : [status.version]))
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((interfaces) => (interfaces ?? []).map(({ address }) => address))
}

import { resolve } from 'node:path'
import type { Signer } from '../../client/ask/signer.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { parsePort, requireSignerIp } from '../../client/typed-signer.ts'
import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readAddressTowards } from '../../host/net/advertised-address.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { removeFirstBoot } from '../../setup/first-boot.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { formatReceipt } from '../../setup/join/format-receipt.ts'
import { joinHost, readJoinPlan } from '../../setup/join/join-host.ts'
import type { JoinReceipt } from '../../setup/join/join-receipt.ts'
import type { JoiningHost, JoinRequest } from '../../setup/join/joining-host.ts'
import type { JoinPlan } from '../../setup/join/plan-join.ts'
import { clearPassage, memberPassages, requirePassage } from '../../setup/member/ensure-passage.ts'
import { type MemberIdentity, parseOwnAddress, readOwnMember } from '../../setup/member/own-member.ts'
import { systemdMember } from '../../setup/member/systemd-member.ts'
import { refuseInTheWay } from '../../setup/refuse-in-the-way.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { fileProgress } from '../../setup/run/file-progress.ts'
import { readSetupFile } from '../../setup/setup-file.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `join`, as typed. */
export interface JoinCommandOptions {
  readonly signerIp?: string
  readonly pin?: string
  readonly name?: string
  readonly address?: string
  /** The largest database that etcd takes, such as `8GiB`. */
  readonly quota?: string
  readonly port?: string
  /** Given to ssh as `-F`. */
  readonly sshConfig?: string
  /** A file that answers what the options do not. */
  readonly config?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this host a member of the cluster that the signer knows. */
export async function runJoin(options: JoinCommandOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  if (options.dryRun === true) {
    const { plan } = await readWork(options, streams, world)
    return printPlan(plan, options, streams)
  }
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const { plan, ...work } = await readWork(options, streams, world)
    if (work.request.pin === undefined) say(`trusting the CA that answers first; compare: ${plan.facts.signer.pin}`)
    await clearPassage(world, memberPassages(world))
    const conclude = async (joined: JoinReceipt): Promise<void> => {
      for (const line of formatReceipt(joined).trimEnd().split('\n')) say(line.trimStart())
      if (options.json === true) streams.stdout.write(`${JSON.stringify(joined)}\n`)
      // As long as the script is there, there is something to do.
      await removeFirstBoot(world.layout.firstBoot)
    }
    const steps = { listener: listener(plan.steps.length), signal: world.signal, conclude }
    await joinHost(plan, { ...work, options: steps })
  })
}

interface JoinSetup {
  readonly plan: JoinPlan
  readonly host: JoiningHost
  readonly request: JoinRequest
  readonly ports: ClientWorld
}

async function readWork(options: JoinCommandOptions, streams: CommandStreams, world: HostWorld): Promise<JoinSetup> {
  const { config, ...given } = options
  const answers = { ...(await readSetupFile('join', config, world.files)), ...given }
  // Before anything of the host is read: without it nothing else matters.
  const signerIp = requireSignerIp(answers.signerIp)
  const { layout } = world
  await refuseInTheWay(world, await fileProgress(layout.progress, world.files).load(), [
    layout.caKey,
    layout.caCertificate,
  ])
  await requirePassage(world, memberPassages(world))
  const address = await planAddress(answers)
  const host = await describeHost(world, { name: answers.name, address, quota: answers.quota })
  const signer = planSigner({ ...answers, signerIp }, address, world)
  const request = answers.pin === undefined ? { signer } : { signer, pin: answers.pin }
  const ports = clientPorts(world, streams)
  return { plan: await readJoinPlan(host, request, ports), host, request, ports }
}

async function planAddress({ signerIp, address }: JoinCommandOptions): Promise<string> {
  if (address !== undefined) return parseOwnAddress(address)
  if (parseIpAddress(signerIp ?? '') !== undefined) return readAddressTowards(signerIp ?? '')
  throw new SignetError('usage', `the signer ${quoteUntrusted(signerIp ?? '')} is no IP address`, {
    hint: "give the leader's: --signer-ip=192.0.2.11; or this host's own too: --address=IP",
  })
}

type NamedSigner = JoinCommandOptions & { readonly signerIp: string }

function planSigner(options: NamedSigner, bindAddress: string, { layout }: HostWorld): Signer {
  const { signerIp, port, sshConfig, dryRun } = options
  return {
    address: parseIpAddress(signerIp) ?? signerIp,
    bindAddress,
    // A dry run leaves nothing behind, the host key neither.
    knownHostsFile: dryRun === true ? '/dev/null' : layout.knownHosts,
    hostKeyPolicy: 'remember',
    ...(port === undefined ? {} : { port: parsePort(port) }),
    ...(sshConfig === undefined ? {} : { sshConfigFile: resolve(sshConfig) }),
  }
}

async function describeHost(world: HostWorld, identity: MemberIdentity): Promise<JoiningHost> {
  const { layout } = world
  const own = await readOwnMember(world, identity)
  const owner = await world.readEtcdOwner()
  return {
    own,
    paths: memberPaths(layout),
    ...(owner === undefined ? {} : { owner }),
    renewalFile: layout.renewal,
    progressFile: layout.progress,
    runDirectories: layout.runDirectories,
    dataDirectory: layout.dataDirectory,
    member: systemdMember(world, { own, state: 'existing' }),
  }
}

function clientPorts({ ask, files, clock, ownUid }: HostWorld, { stderr }: CommandStreams): ClientWorld {
  const onWarning = (text: string): void => {
    stderr.write(`signet: warning: ${text}\n`)
  }
  return { ask, files, clock, ownUid, onWarning }
}

function printPlan({ facts, steps }: JoinPlan, { json }: JoinCommandOptions, { stdout }: CommandStreams): void {
  const { own, signer } = facts
  const { name, address } = own
  if (json === true)
    stdout.write(`${JSON.stringify({ name, address, signer: signer.address, pin: signer.pin, steps })}\n`)
  else stdout.write(`CA ${signer.pin}\n${steps.map(({ title }) => `${title}\n`).join('')}`)
}

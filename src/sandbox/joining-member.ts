import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSshAsker } from '../client/ask/ask-signer.ts'
import type { ClientWorld } from '../client/client-world.ts'
import { systemClock } from '../core/clock.ts'
import { SignetError } from '../core/signet-error.ts'
import { readAppliedIndex } from '../etcd/applied-index.ts'
import { localFiles } from '../host/files/local-files.ts'
import { readInboundConnections } from '../host/net/inbound-connections.ts'
import { canReachUrl } from '../host/net/open-tcp.ts'
import { joinHost, readJoinPlan } from '../setup/join/join-host.ts'
import type { MemberPorts } from '../setup/join/join-ports.ts'
import type { JoinReceipt } from '../setup/join/join-receipt.ts'
import type { JoiningHost, JoinRequest } from '../setup/join/joining-host.ts'
import type { JoinPlan } from '../setup/join/plan-join.ts'
import { createStepDisplay, type StepTerminal } from '../setup/run/step-display.ts'
import { memberLayout, type SandboxLayout } from './sandbox-layout.ts'
import {
  type MemberPlace,
  quotaBackendBytes,
  type RunningMember,
  readEtcdVersion,
  startMember,
} from './sandbox-member.ts'
import type { SshAddress } from './ssh-files.ts'

export interface SandboxJoin {
  readonly layout: SandboxLayout
  readonly place: MemberPlace
  readonly ssh: SshAddress
  readonly display: StepTerminal
  readonly signal: AbortSignal
  /** Told of the member's etcd as soon as it runs. */
  readonly started: (member: RunningMember) => void
}

const stopGraceMs = 5000

/** A member joins as on a host of its own: over SSH, from its own loopback address, with files of its own. */
export async function joinSandbox(join: SandboxJoin): Promise<{ member: RunningMember; receipt: JoinReceipt }> {
  const process = new MemberProcess(join)
  const request = signerRequest(join)
  const ports: ClientWorld = { ask: createSshAsker(), files: localFiles, clock: systemClock }
  const host = await joiningHost(join, process)
  await localFiles.makeDirectory(dirname(host.paths.key), { mode: 0o700 })
  const plan = withoutAdvice(await readJoinPlan(host, request, ports))
  const listener = createStepDisplay(join.display, plan.steps.length)
  const options = { listener, signal: join.signal }
  const receipt = await joinHost(plan, { host, request, ports, options })
  return { member: process.running, receipt }
}

// A sandbox ends before anybody closes its joins.
function withoutAdvice({ facts, ...plan }: JoinPlan): JoinPlan {
  const { areJoinsOpen: _, ...signer } = facts.signer
  return { ...plan, facts: { ...facts, signer } }
}

function signerRequest({ layout, place, ssh }: SandboxJoin): JoinRequest {
  return {
    signer: {
      address: ssh.host,
      port: ssh.port,
      bindAddress: place.address,
      knownHostsFile: layout.knownHosts,
      hostKeyPolicy: 'strict',
    },
  }
}

async function joiningHost({ layout, place }: SandboxJoin, member: MemberPorts): Promise<JoiningHost> {
  const files = memberLayout(layout, place.name)
  const { name, address, clientUrl, peerUrl } = place
  return {
    own: { name, address, clientUrl, peerUrl, etcdVersion: await readEtcdVersion(), quotaBackendBytes },
    paths: { key: files.key, certificate: files.certificate, ca: files.ca },
    renewalFile: files.renewal,
    progressFile: files.progress,
    dataDirectory: files.data,
    member,
  }
}

/** The joining member's etcd, as a process of the sandbox. */
class MemberProcess implements MemberPorts {
  readonly logHint: string
  readonly #join: SandboxJoin
  #running: RunningMember | undefined

  constructor(join: SandboxJoin) {
    this.#join = join
    this.logHint = memberLayout(join.layout, join.place.name).log
  }

  get running(): RunningMember {
    if (this.#running === undefined) throw new SignetError('internal', `${this.#join.place.name} was not started`)
    return this.#running
  }

  async writeConfiguration(initialCluster: string): Promise<void> {
    await localFiles.write(this.#files.initialCluster, initialCluster, { mode: 0o600 })
  }

  removeConfiguration(): Promise<void> {
    return localFiles.remove(this.#files.initialCluster)
  }

  async start(): Promise<void> {
    if (await this.isRunning()) return
    const { layout, place, started } = this.#join
    const initialCluster = readFileSync(this.#files.initialCluster, 'utf8')
    this.#running = await startMember(layout, place, { initialCluster, initialClusterState: 'existing' })
    started(this.#running)
  }

  async stop(): Promise<void> {
    await this.#running?.child.stop(stopGraceMs)
  }

  async isRunning(): Promise<boolean> {
    return this.#running?.child.isRunning() === true
  }

  inboundPeers(): Promise<readonly string[]> {
    return readInboundConnections(Number(new URL(this.#join.place.peerUrl).port))
  }

  async appliedIndex(): Promise<bigint | undefined> {
    return this.#running === undefined ? undefined : readAppliedIndex(this.#running.metricsUrl)
  }

  canReach(url: string): Promise<boolean> {
    return canReachUrl(url)
  }

  async hasData(): Promise<boolean> {
    return existsSync(this.#files.data)
  }

  removeData(): Promise<void> {
    return localFiles.removeTree(this.#files.data)
  }

  async finish(): Promise<void> {}

  get #files() {
    return memberLayout(this.#join.layout, this.#join.place.name)
  }
}

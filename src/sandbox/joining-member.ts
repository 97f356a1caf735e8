import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSshAsker } from '../client/ask/ask-signer.ts'
import type { Signer } from '../client/ask/signer.ts'
import { realTime, systemClock } from '../core/clock.ts'
import { SignetError } from '../core/signet-error.ts'
import { readAppliedIndex } from '../etcd/applied-index.ts'
import { localFiles } from '../host/files/local-files.ts'
import { hostLayout } from '../host/host-layout.ts'
import { readInboundConnections } from '../host/net/inbound-connections.ts'
import { canReachUrl } from '../host/net/open-tcp.ts'
import { applyJoin } from '../setup/join/apply-join.ts'
import { type AskingWorld, HostSigner } from '../setup/join/host-signer.ts'
import { readJoinFacts } from '../setup/join/join-facts.ts'
import type { JoinReceipt } from '../setup/join/join-receipt.ts'
import { planJoin } from '../setup/join/plan-join.ts'
import type { MemberWorld } from '../setup/member/member-world.ts'
import type { OwnMember } from '../setup/member/own-member.ts'
import { fileProgress } from '../setup/run/file-progress.ts'
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
  const member = new MemberProcess(join)
  const world = askingWorld(join)
  await localFiles.makeDirectory(dirname(world.layout.memberKey), { mode: 0o700 })
  const facts = await readJoinFacts({ own: await ownMember(join), signer: signerOf(join), progress: undefined }, world)
  // A sandbox ends before anybody closes its joins.
  const plan = planJoin({ ...facts, areJoinsOpen: undefined })
  const signer = new HostSigner(plan.facts, world)
  const receipt = await applyJoin(plan, {
    signer,
    member,
    connect: () => signer.connect(),
    progress: fileProgress(world.layout.progress, localFiles),
    time: realTime,
    listener: createStepDisplay(join.display, plan.steps.length),
    signal: join.signal,
  })
  return { member: member.running, receipt }
}

async function ownMember({ place }: SandboxJoin): Promise<OwnMember> {
  const { name, address, clientUrl, peerUrl } = place
  return { name, address, clientUrl, peerUrl, etcdVersion: await readEtcdVersion(), quotaBackendBytes }
}

function signerOf({ layout, place, ssh }: SandboxJoin): Signer {
  return {
    address: ssh.host,
    port: ssh.port,
    bindAddress: place.address,
    knownHostsFile: layout.knownHosts,
    hostKeyPolicy: 'strict',
  }
}

function askingWorld({ layout, place }: SandboxJoin): AskingWorld {
  const files = memberLayout(layout, place.name)
  const places = { memberKey: files.key, memberCertificate: files.certificate, caCertificate: files.ca }
  return {
    layout: { ...hostLayout(), ...places, ...files, dataDirectory: files.data },
    ask: createSshAsker(),
    files: localFiles,
    clock: systemClock,
  }
}

/** The joining member's etcd, as a process of the sandbox. */
class MemberProcess implements MemberWorld {
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

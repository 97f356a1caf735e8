import type { ClientPorts } from '../client/client-ports.ts'
import { joinHost, readJoinPlan } from '../setup/join/join-host.ts'
import type { JoinReceipt } from '../setup/join/join-receipt.ts'
import { describeJoiningHost, type JoinRequest } from '../setup/join/joining-host.ts'
import type { JoinPlan } from '../setup/join/plan-join.ts'
import { readOwnMember } from '../setup/member/own-member.ts'
import type { OwnMember } from '../setup/run/check-host.ts'
import type { StepListener } from '../setup/run/step.ts'
import { readOwnPin } from '../setup/signer/ensure-ca.ts'
import { readInitFacts } from '../setup/signer/init-facts.ts'
import { initHost } from '../setup/signer/init-host.ts'
import { planInit } from '../setup/signer/plan-init.ts'
import type { LeaderSettings } from '../setup/signer/signet-yaml.ts'
import type { SandboxHost } from './sandbox-host.ts'
import type { SshAddress } from './ssh-config.ts'

/** Shows the steps of a plan that has this many. */
export type ShowSteps = (count: number) => StepListener

/** Enough to play with. */
const quota = '2GiB'

/** `signet init` on a host of the sandbox. */
export async function foundCluster(
  { address, world }: SandboxHost,
  settings: LeaderSettings,
  showSteps: ShowSteps,
): Promise<{ readonly own: OwnMember; readonly pin: string }> {
  const own = await readOwnMember(world, { name: world.hostName, address, quota })
  const plan = planInit(await readInitFacts(world, own, settings))
  await initHost(plan, { listener: showSteps(plan.steps.length) }, world)
  return { own, pin: await readOwnPin(world) }
}

/** A member that has joined. */
export interface Joined {
  readonly own: OwnMember
  readonly receipt: JoinReceipt
}

/** `signet join` on a host of the sandbox: over SSH, from its own loopback address. */
export async function joinCluster(
  { address, world }: SandboxHost,
  signer: SshAddress & { readonly pin: string },
  showSteps: ShowSteps,
): Promise<Joined> {
  const { layout, ask, files, clock, ownUid, signal } = world
  const own = await readOwnMember(world, { name: world.hostName, address, quota })
  const host = await describeJoiningHost(world, own)
  const place = { address: signer.host, port: signer.port, bindAddress: address }
  const request: JoinRequest = {
    signer: { ...place, knownHostsFile: layout.knownHosts, hostKeyPolicy: 'remember' },
    pin: signer.pin,
  }
  const ports: ClientPorts = { ask, files, clock, ownUid }
  const plan = withoutAdvice(await readJoinPlan(host, request, ports))
  const options = { listener: showSteps(plan.steps.length), signal }
  return { own, receipt: await joinHost(plan, { host, request, ports, options }) }
}

// A sandbox ends before anybody closes its joins.
function withoutAdvice({ facts, ...plan }: JoinPlan): JoinPlan {
  const { areJoinsOpen: _, ...signer } = facts.signer
  return { ...plan, facts: { ...facts, signer } }
}

import { readEtcdChoice } from '../setup/etcd-binaries/read-etcd-choice.ts'
import { joinHost, readJoinPlan } from '../setup/join/join-host.ts'
import type { JoinReceipt } from '../setup/join/join-receipt.ts'
import type { JoinPlan } from '../setup/join/plan-join.ts'
import { type OwnMember, planMemberPlace, planOwnMember } from '../setup/member/own-member.ts'
import type { SetupVoice } from '../setup/setup-voice.ts'
import { readOwnPin } from '../setup/signer/ensure-ca.ts'
import { readInitFacts } from '../setup/signer/init-facts.ts'
import { initHost } from '../setup/signer/init-host.ts'
import { planInit } from '../setup/signer/plan-init.ts'
import type { SignerSettings } from '../setup/signer/signer-settings.ts'
import type { SandboxHost } from './sandbox-host.ts'
import type { SshAddress } from './ssh-config.ts'

/** Enough to play with. */
const quota = '2GiB'

/** `signet init` on a host of the sandbox. Its settings were checked as the sandbox's own, which may be odd ones. */
export async function foundCluster(
  { name, address, world }: SandboxHost,
  settings: SignerSettings,
  voice: SetupVoice,
): Promise<{ readonly own: OwnMember; readonly pin: string }> {
  const progress = undefined
  const { etcd, found: etcds } = await readEtcdChoice(world, { progress })
  const own = planOwnMember(planMemberPlace(world, { name, address, quota }), etcd)
  const plan = planInit(await readInitFacts(world, { own, etcds, settings, progress }))
  const listener = voice.listener(plan.steps.length)
  for (const warning of plan.warnings) voice.say(`warning: ${warning}`)
  await initHost(plan, { listener }, world)
  return { own, pin: await readOwnPin(world) }
}

/** A member that has joined. */
export interface Joined {
  readonly own: OwnMember
  readonly receipt: JoinReceipt
}

/** `signet join` on a host of the sandbox: over SSH, from its own loopback address. */
export async function joinCluster(
  { name, address, world }: SandboxHost,
  signer: SshAddress & { readonly pin: string },
  voice: SetupVoice,
): Promise<Joined> {
  const answers = { signerIp: signer.host, port: `${signer.port}`, pin: signer.pin, name, address: [address], quota }
  const plan = withoutAdvice(await readJoinPlan(answers, world))
  const audience = {
    listener: voice.listener(plan.steps.length),
    onWarning: (text: string) => voice.say(`warning: ${text}`),
  }
  return { own: plan.facts.own, receipt: await joinHost(plan, audience, world) }
}

// A sandbox ends before anybody closes its joins.
function withoutAdvice(plan: JoinPlan): JoinPlan {
  return { ...plan, facts: { ...plan.facts, areJoinsOpen: undefined } }
}

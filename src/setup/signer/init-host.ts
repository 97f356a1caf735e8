import { realTime } from '../../core/clock.ts'
import { chooseDefaultAddress } from '../../host/net/advertised-address.ts'
import { readEtcdChoice } from '../etcd-binaries/read-etcd-choice.ts'
import { removeFirstBoot } from '../first-boot.ts'
import type { HostWorld } from '../host-world.ts'
import { clearPassage } from '../member/ensure-passage.ts'
import { parseOwnAddresses } from '../member/own-addresses.ts'
import { planMemberPlace, planOwnMember } from '../member/own-member.ts'
import { applyPlan } from '../run/apply-plan.ts'
import type { Audience } from '../run/audience.ts'
import { fileProgress } from '../run/file-progress.ts'
import { refuseOvertaken } from '../run/refuse-overtaken.ts'
import { RunningPlan } from '../run/running-plan.ts'
import type { StepDuration } from '../run/step.ts'
import { readSetupFile } from '../setup-file.ts'
import { readOwnPin } from './ensure-ca.ts'
import { initActs } from './init-acts.ts'
import { initPassages, readInitFacts } from './init-facts.ts'
import { type InitPlan, planInit } from './plan-init.ts'
import { parseSignerSettings, type SignerOptions } from './signer-settings.ts'

/** What the first member is to be, as typed; the usual where nothing is said. */
export interface InitAnswers extends SignerOptions {
  readonly name?: string
  /** One for each family at most; the first is the one that its certificate holds. */
  readonly address?: readonly string[]
  /** A directory with the etcd that this host is to run. */
  readonly etcd?: string
  /** The largest database that etcd takes, such as `8GiB`. */
  readonly quota?: string
  /** A file that answers what the options do not. */
  readonly config?: string
}

/** A cluster that was founded. */
export interface Founded {
  readonly plan: InitPlan
  readonly steps: readonly StepDuration[]
  /** Of its CA. */
  readonly pin: string
}

/** Reads everything that decides whether and how this host founds a cluster; changes nothing. */
export async function readInitPlan(answers: InitAnswers, world: HostWorld): Promise<InitPlan> {
  const { choice, ...subject } = await readInitSubject(answers, world)
  return planInit({ ...(await readInitFacts(world, subject)), addressChoice: choice })
}

/** The first member that this host is to be, the settings of its signer, and how far an earlier run came. */
export async function readInitSubject({ config, ...given }: InitAnswers, world: HostWorld) {
  const answers = { ...(await readSetupFile('init', config, world.files)), ...given }
  const choice = answers.address === undefined ? await chooseDefaultAddress() : undefined
  const addresses = choice ?? parseOwnAddresses(answers.address ?? [])
  const settings = parseSignerSettings(answers, addresses.address)
  const progress = await fileProgress(world.layout.progress, world.files).load()
  const place = planMemberPlace(world, { ...addresses, name: answers.name, quota: answers.quota })
  const { etcd, found: etcds } = await readEtcdChoice(world, { named: answers.etcd, progress })
  return { own: planOwnMember(place, etcd), etcds, settings, progress, choice }
}

/** Founds the cluster. Run again after an interruption, it goes on. */
export async function initHost(
  plan: InitPlan,
  { listener, conclude }: Audience<Founded>,
  world: HostWorld,
): Promise<void> {
  const { layout, files, signal } = world
  refuseOvertaken(plan.facts, layout.progress)
  await clearPassage(world, initPassages(world))
  const progress = fileProgress(layout.progress, files, layout.runDirectories)
  await applyPlan(new RunningPlan(plan, { progress, time: realTime, listener, signal }), {
    acts: initActs(plan.facts, world, listener),
    conclude: async (steps) => {
      conclude?.({ plan, steps, pin: await readOwnPin(world) })
      // Not before the operator was told to save the key: as long as the script is there, there is something to do.
      await removeFirstBoot(layout.firstBoot)
    },
  })
}

import { realTime } from '../../core/clock.ts'
import { asSignetError, type SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { renewHere } from '../member/own-certificate.ts'
import type { ProgressStore, RunProgress } from '../run/run-progress.ts'
import { newProgress, recordStep } from '../run/run-progress.ts'
import { runSteps } from '../run/run-steps.ts'
import type { StepListener } from '../run/step.ts'
import { startAuthority, startEndpoint, stopAuthority, writeSignetYaml } from './leader-services.ts'
import type { AdoptPlan, AdoptStepId } from './plan-adopt.ts'

const authorityUnit = 'signet-authority.service'

export interface Adoption {
  readonly caKeyPem: string
  readonly configurationText: string
  readonly progress: ProgressStore
  readonly listener: StepListener
}

/** Makes this member the leader. A failure before the endpoint is started leaves the host as it was. */
export async function applyAdopt(plan: AdoptPlan, adoption: Adoption, world: HostWorld): Promise<void> {
  const { progress: store, listener } = adoption
  let progress: RunProgress = (await openRun(store)) ?? newProgress(plan.facts.arguments)
  const save = async (next: RunProgress): Promise<void> => {
    await store.save(next)
    progress = next
  }
  const acts = adoptActs(plan, adoption, world)
  try {
    await runSteps(plan.steps, (id) => acts[id](), {
      time: realTime,
      listener,
      signal: world.signal,
      remember: (id, state) => save(recordStep(progress, id, state)),
    })
    await save({ ...progress, isFinished: true })
  } catch (error) {
    const failure = asSignetError(error)
    if (!progress.started.includes('start-endpoint')) await undo(failure, adoption, world)
    throw failure
  }
}

// A member may become the leader again, later: what it remembers of the first time is over.
async function openRun(store: ProgressStore): Promise<RunProgress | undefined> {
  const progress = await store.load()
  return progress?.isFinished === true ? undefined : progress
}

function adoptActs(
  { facts }: AdoptPlan,
  { caKeyPem, configurationText }: Adoption,
  world: HostWorld,
): Readonly<Record<AdoptStepId, () => Promise<void>>> {
  const { layout, files } = world
  return {
    'install-key': () => files.write(layout.caKey, caKeyPem, { mode: 0o400 }),
    'write-signet-configuration': () => writeSignetYaml(world, configurationText),
    'start-authority': async () => {
      // One that an interrupted run started has read what that run wrote: other members, where etcd told others since.
      await world.systemd.stop(authorityUnit)
      await startAuthority(world)
    },
    'start-endpoint': () => startEndpoint(world, facts.address),
    'renew-here': () => renewHere(world, facts.address),
  }
}

async function undo(failure: SignetError, { listener, progress }: Adoption, world: HostWorld): Promise<void> {
  const { layout, files } = world
  listener.rollingBack(failure)
  await stopAuthority(world)
  await files.remove(layout.configuration)
  await files.remove(layout.caKey)
  await progress.clear()
}

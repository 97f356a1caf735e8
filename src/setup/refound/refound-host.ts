import { realTime } from '../../core/clock.ts'
import { removeFirstBoot } from '../first-boot.ts'
import type { HostWorld } from '../host-world.ts'
import { clearPassage } from '../member/ensure-passage.ts'
import { writeRecoverReceipt } from '../recover/recover-receipt.ts'
import { applyPlan } from '../run/apply-plan.ts'
import type { Audience } from '../run/audience.ts'
import { fileProgress } from '../run/file-progress.ts'
import { refuseOvertaken } from '../run/refuse-overtaken.ts'
import { RunningPlan } from '../run/running-plan.ts'
import { initPassages } from '../signer/init-facts.ts'
import { type InitAnswers, readInitSubject } from '../signer/init-host.ts'
import type { SnapshotMeans } from './founding-snapshot.ts'
import { planRefound, type RefoundPlan, type RefoundStepId, tokenNote } from './plan-refound.ts'
import type { StoreProof } from './prove-writes.ts'
import { refoundActs, refuseServed } from './refound-acts.ts'
import { readRefoundFacts, type SavedParts } from './refound-facts.ts'
import { composeRefounded, type Refounded } from './refounded.ts'

/** A host, and what of snapshots it is handed. */
export interface RefoundWorld {
  readonly world: HostWorld
  readonly means: SnapshotMeans
}

/** Reads everything that decides whether and how this host founds a lost cluster anew; changes nothing. */
export async function readRefoundPlan(
  answers: InitAnswers,
  parts: SavedParts,
  { world, means }: RefoundWorld,
): Promise<RefoundPlan> {
  const { choice, ...subject } = await readInitSubject(answers, world)
  const facts = await readRefoundFacts(parts, subject, { world, means })
  return planRefound({ ...facts, addressChoice: choice })
}

/** Founds the cluster anew. Run again after an interruption, it goes on. */
export async function refoundHost(
  plan: RefoundPlan,
  { listener, conclude }: Audience<Refounded>,
  { world, means }: RefoundWorld,
): Promise<void> {
  const { facts } = plan
  const { layout, files, signal } = world
  refuseOvertaken(facts, layout.progress)
  await clearPassage(world, initPassages(world))
  const progress = fileProgress(layout.progress, files, layout.runDirectories)
  const run = new RunningPlan<RefoundStepId>(plan, { progress, time: realTime, listener, signal })
  let proof: StoreProof | undefined
  const proven = (found: StoreProof): void => {
    proof = found
  }
  const refounding = { run, facts, world, means, proven }
  await applyPlan(run, {
    acts: refoundActs(refounding),
    beforeUndo: () => refuseServed(refounding),
    conclude: async (steps) => {
      const token = run.progress.notes?.[tokenNote] ?? ''
      const refounded = composeRefounded(facts, { proof, token, steps, nowMs: world.clock.now() })
      await writeRecoverReceipt(refounded.receipt, world)
      conclude?.(refounded)
      await removeFirstBoot(layout.firstBoot)
    },
  })
}

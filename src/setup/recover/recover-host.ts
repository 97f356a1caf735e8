import { dirname, join } from 'node:path'
import { realTime } from '../../core/clock.ts'
import { SignetError } from '../../core/signet-error.ts'
import { withDirectoryLock } from '../../host/files/with-directory-lock.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import type { HostWorld } from '../host-world.ts'
import { applyPlan } from '../run/apply-plan.ts'
import type { Audience } from '../run/audience.ts'
import { fileProgress } from '../run/file-progress.ts'
import type { StepDuration } from '../run/step.ts'
import { undoneStores } from './move-aside.ts'
import { readOwnEtcd } from './own-etcd.ts'
import { planRecover, type RecoverAnswers, type RecoverPlan } from './plan-recover.ts'
import { composeRecoverReceipt } from './receipt/compose-recover-receipt.ts'
import { formatFence, joinFences, parseFence } from './receipt/format-fence.ts'
import { unconfirmedOf } from './receipt/format-recover-receipt.ts'
import { recoverActs } from './recover-acts.ts'
import { readOpenProgress, readRecoverFacts } from './recover-facts.ts'
import { type RecoverReceipt, readRecoverReceipt, writeRecoverReceipt } from './recover-receipt.ts'
import { RecoverRun } from './recover-run.ts'
import type { RecoveryParts } from './recovery-parts.ts'
import { readMarker } from './stand-down-marker.ts'

/** Who hears of a recovery, and what it is handed. */
export interface RecoverAudience extends Audience<RecoverReceipt> {
  readonly parts: RecoveryParts
}

/** Reads everything that decides whether a new cluster begins on this host; changes nothing. */
export async function readRecoverPlan(
  answers: RecoverAnswers,
  world: HostWorld,
  parts: RecoveryParts,
): Promise<RecoverPlan> {
  return planRecover(await readRecoverFacts(answers, world, parts))
}

/**
 * The receipt of a recovery that is through on this host, where nothing was begun since: all that may be open is who is fenced. Where
 * nothing is open and etcd has no quorum, it is no answer to whoever asks: that is another loss.
 */
export async function findFinished(world: HostWorld): Promise<RecoverReceipt | undefined> {
  if ((await readOpenProgress(world)) !== undefined || (await readMarker(world)) !== undefined) return undefined
  const receipt = await readRecoverReceipt(world)
  if (receipt === undefined || unconfirmedOf(receipt).length > 0) return receipt
  const { clientUrl } = await readOwnEtcd(world)
  return (await world.isServing(clientUrl, memberPaths(world.layout))) ? receipt : undefined
}

/** Where the rules are that fence members which are gone. */
export function fenceFile({ layout }: Pick<HostWorld, 'layout'>): string {
  return join(dirname(layout.configuration), 'fence.nft')
}

/** Begins a new cluster on this host. Run again after an interruption, it goes on. */
export async function recoverHost(
  plan: RecoverPlan,
  audience: RecoverAudience,
  world: HostWorld,
): Promise<RecoverReceipt> {
  const { listener, conclude, parts } = audience
  const store = fileProgress(world.layout.recoverProgress, world.files)
  // A finished one is of an earlier recovery.
  if (plan.facts.progress === undefined && (await store.load()) !== undefined) await store.clear()
  const run = new RecoverRun(plan, {
    progress: store,
    time: realTime,
    listener,
    signal: world.signal,
    host: world,
    parts,
  })
  let receipt: RecoverReceipt | undefined
  const concluded = async (steps: readonly StepDuration[]): Promise<void> => {
    receipt = compose(run, plan, steps)
    await writeFence(receipt, world)
    await writeRecoverReceipt(receipt, world)
    conclude?.(receipt)
  }
  await applyPlan(run, { acts: recoverActs(run), conclude: concluded }).catch((error: unknown) => {
    throw withUndone(error, undoneStores(plan.facts.place))
  })
  if (receipt === undefined) throw new SignetError('internal', 'a recovery ended without a receipt')
  return receipt
}

// A cluster may have served before its start failed: what was written to it is in no other place.
function withUndone(error: unknown, kept: readonly string[]): unknown {
  if (!(error instanceof SignetError) || kept.length === 0) return error
  const { code, message, hint } = error
  const where = `what clients may have written to a cluster that was undone is kept: ${kept.join(', ')}`
  return new SignetError(code, `${message}; ${where}`, { hint, cause: error })
}

function compose(run: RecoverRun, plan: RecoverPlan, steps: readonly StepDuration[]): RecoverReceipt {
  if (run.created === undefined) throw new SignetError('internal', 'the new cluster was not asked')
  return composeRecoverReceipt({
    plan,
    created: run.created,
    revisionAfter: run.noted('revisionAfter') ?? '0',
    token: run.noted('token') ?? '',
    hadData: run.noted('hadData') !== 'no',
    undone: undoneStores(plan.facts.place),
    steps,
    nowMs: run.host.clock.now(),
  })
}

async function writeFence({ address, members }: RecoverReceipt, world: HostWorld): Promise<void> {
  const gone = members.filter(({ state }) => state === 'gone')
  if (gone.length === 0) return
  const living = members.filter(({ state }) => state === 'stood-down').flatMap(({ addresses }) => addresses)
  const before = parseFence((await world.files.read(fenceFile(world)))?.text ?? '')
  const all = joinFences(before, gone, [address, ...living])
  await world.files.write(fenceFile(world), formatFence(all), { mode: 0o644 })
}

/** One recovery, stand-down or rejoin at a time on a host: each would take what another has done for a run that was cut off. */
export async function aloneInRecovery<Value>(world: HostWorld, work: () => Promise<Value>): Promise<Value> {
  const { layout, files } = world
  await files.makeDirectory(layout.setupDirectory, { mode: 0o700 })
  return withDirectoryLock(layout.setupDirectory, work)
}

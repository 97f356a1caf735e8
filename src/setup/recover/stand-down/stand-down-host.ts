import { existsSync, statSync } from 'node:fs'
import { countLogWrites } from '../../../cluster/count-log-writes.ts'
import { formatBytes } from '../../../core/byte-count.ts'
import { realTime } from '../../../core/clock.ts'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import { readStoreRevision } from '../../../etcd/snapshot/store-revision.ts'
import { withLargeFile } from '../../../host/large-files/read-large-file.ts'
import type { HostWorld } from '../../host-world.ts'
import { etcdService } from '../../member/default-member.ts'
import { type Act, applyPlan } from '../../run/apply-plan.ts'
import { fileProgress } from '../../run/file-progress.ts'
import { recordNote } from '../../run/run-progress.ts'
import { RunningPlan } from '../../run/running-plan.ts'
import type { StepListener } from '../../run/step-listener.ts'
import { askFormerMembers } from '../former-members.ts'
import type { RecoveryParts, TakenHere } from '../recovery-parts.ts'
import { readMarker, removeMarker, type StandDownMarker, writeMarker } from '../stand-down-marker.ts'
import { planStandDown, type StandDownFacts, type StandDownPlan, type StandDownStepId } from './plan-stand-down.ts'
import { standDownProgressFile } from './stand-down-progress.ts'
import { databaseFile, isLedNow } from './watch-own-member.ts'

/** Who hears of it, and what takes the snapshot. */
export interface StandDownAudience {
  readonly listener: StepListener
  readonly say: (line: string) => void
  readonly parts: Pick<RecoveryParts, 'takeSnapshot'>
}

/** Stops this member for good until somebody decides; what it returns says how far its data go. Run again, it goes on. */
export async function standDown(
  plan: StandDownPlan,
  audience: StandDownAudience,
  world: HostWorld,
): Promise<StandDownMarker> {
  const { marker } = plan.facts
  if (plan.isDone && marker !== undefined) return marker
  const progress = fileProgress(standDownProgressFile(world), world.files)
  const run = new RunningPlan(plan, { progress, time: realTime, listener: audience.listener, signal: world.signal })
  await applyPlan(run, { acts: standDownActs(run, plan.facts, audience, world) })
  await run.forget()
  const written = await readMarker(world)
  if (written === undefined) throw new SignetError('internal', 'a member has stood down, and its marker is not there')
  return written
}

function standDownActs(
  run: RunningPlan<StandDownStepId>,
  facts: StandDownFacts,
  { say, parts, listener }: StandDownAudience,
  world: HostWorld,
): Readonly<Record<StandDownStepId, Act>> {
  const { systemd } = world
  const note = (taken: TakenHere): Promise<void> =>
    run.record((progress) => recordNote(progress, 'snapshot', JSON.stringify(taken)))
  return {
    'save-snapshot': {
      run: async () => {
        try {
          await note(
            await parts.takeSnapshot((received, total) =>
              listener.waiting(`${formatBytes(received)} of ${formatBytes(total)}`),
            ),
          )
        } catch (error) {
          run.refuseInterrupted()
          // Its data stay where they are, and are as good to go on from: only nothing proves their bytes.
          say(`warning: no snapshot: ${asSignetError(error).message}; the database file itself is gone on from then`)
        }
      },
    },
    mark: {
      run: () => writeMarker(composeMarker(facts, facts.marker?.kept ?? null, world), world),
      undo: () => (facts.marker === undefined ? removeMarker(world) : Promise.resolve()),
    },
    stop: {
      run: async () => {
        await refuseReturned(facts, world)
        // So that the assertion of its unit is known, also where the package was upgraded under systemd.
        await systemd.reload()
        await systemd.stop(etcdService)
      },
      undo: async () => {
        if (facts.marker !== undefined || facts.seen.state === 'stopped') return
        await removeMarker(world)
        await systemd.launch(etcdService)
      },
    },
    record: {
      run: async () => {
        const text = run.progress.notes?.['snapshot']
        const taken = text === undefined ? undefined : (JSON.parse(text) as TakenHere)
        const marker = await readKept(facts, taken, world)
        await writeMarker({ ...marker, logWrites: (await countLogWrites(facts.own.dataDirectory)) ?? null }, world)
      },
    },
  }
}

// A snapshot takes minutes, in which the others may have come back: stopping this one could end the quorum then.
async function refuseReturned(facts: StandDownFacts, world: HostWorld): Promise<void> {
  const { own, members } = facts
  const others = await askFormerMembers(
    members.filter(({ name }) => name !== own.name),
    world,
  )
  const seen = (await isLedNow(world)) ? ({ state: 'well', status: undefined } as const) : facts.seen
  planStandDown({ ...facts, seen, others })
}

/** The marker with what of the data is gone on from: the snapshot, unless etcd has applied more until it stopped. */
async function readKept(
  facts: StandDownFacts,
  taken: TakenHere | undefined,
  world: HostWorld,
): Promise<StandDownMarker> {
  const kept = facts.marker?.kept ?? null
  const earlier = kept !== null && existsSync(kept.file) ? kept : null
  const left = await readDatabase(facts)
  const snapshot: StandDownMarker['kept'] =
    taken === undefined
      ? earlier
      : { kind: 'snapshot', file: taken.file, revision: taken.revision, takenAt: taken.time }
  const isBehind = snapshot !== null && left !== null && BigInt(left.revision) > BigInt(snapshot.revision)
  return composeMarker(facts, snapshot === null || isBehind ? left : snapshot, world)
}

function composeMarker(facts: StandDownFacts, kept: StandDownMarker['kept'], { clock }: HostWorld): StandDownMarker {
  const { own, clusterId, memberId, members, clients, masterLeases, marker } = facts
  return {
    version: 1,
    state: 'stood-down',
    time: marker?.time ?? new Date(clock.now()).toISOString(),
    name: own.name,
    clusterId: clusterId ?? null,
    memberId: memberId ?? null,
    kept,
    members: members.map(({ name, id, peerUrls, clientUrls }) => ({ name, id, peerUrls, clientUrls })),
    clients: [...clients],
    masterLeases: [...masterLeases],
  }
}

async function readDatabase({ own }: StandDownFacts): Promise<StandDownMarker['kept']> {
  const file = databaseFile(own.dataDirectory)
  try {
    const read = await withLargeFile(file, ({ readAt }) => readStoreRevision(readAt))
    if (read === undefined) return null
    return { kind: 'database', file, revision: `${read.revision}`, takenAt: statSync(file).mtime.toISOString() }
  } catch {
    // No data, or data that nobody can read: another survivor, or a snapshot, has to do.
    return null
  }
}

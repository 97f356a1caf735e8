import { join } from 'node:path'
import { formatMemberId } from '../../cluster/cluster-view.ts'
import { listMembers } from '../../etcd/list-members.ts'
import type { SnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { readSnapshotState } from '../../host/snapshots/snapshot-state.ts'
import type { RecoveryWorld } from '../recovery-world.ts'
import { readSidecar } from '../sidecar/read-sidecar.ts'
import { openSource } from '../snapshot-source.ts'
import { planTurn, type SaveTurn, type TurnFacts } from './plan-turn.ts'

type Listed = Pick<TurnFacts, 'members' | 'ownId'>

const timeoutMs = 5000

/**
 * This member's turn to save; undefined for a learner, which has no vote and no turn yet. The members are those that this
 * host's own etcd knows, without quorum too, and where it does not tell, those of the last snapshot: so saving goes on, in the
 * same turns, when the cluster has stopped.
 */
export async function readTurn(world: RecoveryWorld, config: SnapshotConfig): Promise<SaveTurn | undefined> {
  const { lastSuccess } = (await readSnapshotState(world.layout, world.files)).save ?? { lastSuccess: null }
  const listed = (await askMembers(world)) ?? (await recallMembers(world, lastSuccess?.snapshot))
  if (listed === 'learner') return undefined
  const lastTakenMs = lastSuccess === null ? undefined : Date.parse(lastSuccess.takenAt)
  return planTurn({ ...listed, nowMs: world.clock.now(), everySeconds: config.save.every, lastTakenMs })
}

async function askMembers(world: RecoveryWorld): Promise<Listed | 'learner' | undefined> {
  const source = await openSource(undefined, world).catch(() => undefined)
  if (source === undefined) return undefined
  const { client, endpoint, status } = source
  try {
    if (status.isLearner) return 'learner'
    const members = await listMembers(client, { linearizable: false, endpoint, timeoutMs })
    // Who is a learner has no turn, and so none that others must leave free.
    const voters = members.filter(({ isLearner }) => !isLearner)
    const ownId = formatMemberId(status.memberId)
    return { ownId, members: voters.map(({ id, name }) => ({ id: formatMemberId(id), name })) }
  } catch {
    return undefined
  } finally {
    client.close()
  }
}

// Where there is none of either, this member is all that is known of the cluster.
async function recallMembers(world: RecoveryWorld, snapshot: string | undefined): Promise<Listed> {
  const file = snapshot === undefined ? undefined : join(world.layout.snapshots, snapshot)
  const read = file === undefined ? undefined : await readSidecar(file, world.files).catch(() => undefined)
  return { ownId: read?.sidecar.memberId ?? '', members: read?.sidecar.members ?? [] }
}

import { tellTime } from '../../diagnosis/screen/tell-time.ts'
import { formatTaken } from '../../recovery/format-snapshot.ts'
import { formatRemoved } from '../../recovery/keep/format-kept.ts'
import type { PruneResult } from '../../recovery/keep/prune-snapshots.ts'
import type { RecoveryWorld } from '../../recovery/recovery-world.ts'
import { readSaveConfig, saveSnapshot } from '../../recovery/save-snapshot.ts'
import { takeSnapshot } from '../../recovery/take-snapshot.ts'
import { readTurn } from '../../recovery/turns/read-turn.ts'
import { type CommandStreams, printJson, printLines, sayOn } from '../command-streams.ts'
import { createProgress, isTerminal } from './byte-progress.ts'
import { unsigned } from './snapshot.ts'

export interface SnapshotSaveOptions {
  readonly to?: string
  readonly ifDue?: true
  readonly sandbox?: string
  readonly json?: true
}

/** Saves a snapshot; its path is all that standard output gets. */
export async function runSnapshotSave(
  { to, ifDue, sandbox, json }: SnapshotSaveOptions,
  streams: CommandStreams,
  world: RecoveryWorld,
): Promise<void> {
  if (ifDue === true && !(await isDue(streams, world))) return
  const progress = createProgress('saving', streams, world.clock)
  const isOwn = to === undefined && sandbox === undefined
  const onPruned = (result: PruneResult): void => formatRemoved(result).forEach(sayOn(streams))
  const order = { to, sandbox, onProgress: progress.show, onPruned }
  const receipt = await (isOwn ? saveSnapshot : takeSnapshot)(world, order).finally(progress.clear)
  if (json === true) printJson(streams, unsigned(receipt))
  else printLines(streams, [receipt.file])
  for (const line of formatTaken(receipt)) sayOn(streams)(line)
}

// Told at a terminal alone: the timer asks every five minutes, and its log is for what was done.
async function isDue(streams: CommandStreams, world: RecoveryWorld): Promise<boolean> {
  const turn = await readTurn(world, await readSaveConfig(world))
  if (turn?.isDue === true) return true
  const when =
    turn === undefined ? 'a learner has none yet' : `the next is ${tellTime(turn.startMs, world.clock.now())}`
  if (isTerminal(streams)) sayOn(streams)(`it is not the turn of this member to save: ${when}`)
  return false
}

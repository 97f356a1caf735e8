import { formatBytes } from '../../core/byte-count.ts'
import type { Clock } from '../../core/clock.ts'
import { tellTime } from '../../diagnosis/screen/tell-time.ts'
import { readSnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { formatTaken } from '../../recovery/format-snapshot.ts'
import type { RecoveryWorld } from '../../recovery/recovery-world.ts'
import { saveSnapshot } from '../../recovery/save-snapshot.ts'
import { takeSnapshot } from '../../recovery/take-snapshot.ts'
import { readTurn } from '../../recovery/turns/read-turn.ts'
import { type CommandStreams, printJson, printLines, sayOn } from '../command-streams.ts'
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
  const progress = createProgress(streams, world.clock)
  const isOwn = to === undefined && sandbox === undefined
  const order = { to, sandbox, onProgress: progress.show }
  const receipt = await (isOwn ? saveSnapshot : takeSnapshot)(world, order).finally(progress.clear)
  if (json === true) printJson(streams, unsigned(receipt))
  else printLines(streams, [receipt.file])
  for (const line of formatTaken(receipt)) sayOn(streams)(line)
}

// Told at a terminal alone: the timer asks every five minutes, and its log is for what was done.
async function isDue(streams: CommandStreams, world: RecoveryWorld): Promise<boolean> {
  const turn = await readTurn(world, await readSnapshotConfig(world))
  if (turn?.isDue === true) return true
  const when =
    turn === undefined ? 'a learner has none yet' : `the next is ${tellTime(turn.startMs, world.clock.now())}`
  if (isTerminal(streams)) sayOn(streams)(`it is not the turn of this member to save: ${when}`)
  return false
}

interface Progress {
  readonly show: (receivedBytes: number, totalBytes: number) => void
  readonly clear: () => void
}

/** In a log of what takes long, a line each time so long has passed. */
const logEveryMs = 10_000

// Rewritten in place on a terminal.
function createProgress(streams: CommandStreams, clock: Clock): Progress {
  const { stderr } = streams
  let shown = ''
  let saidMs = clock.now()
  const say = (text: string): void => {
    if (clock.now() < saidMs + logEveryMs) return
    saidMs = clock.now()
    sayOn(streams)(`saving: ${text}`)
  }
  const show = (received: number, total: number): void => {
    const text = `${Math.floor((100 * received) / total)} % of ${formatBytes(total)}`
    if (!isTerminal(streams)) say(text)
    else if (text !== shown) stderr.write(`\r\u001b[K${text}`)
    shown = text
  }
  return { show, clear: () => void (isTerminal(streams) && shown !== '' && stderr.write('\r\u001b[K')) }
}

function isTerminal({ stderr }: CommandStreams): boolean {
  return 'isTTY' in stderr && stderr.isTTY === true
}

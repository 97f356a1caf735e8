import { join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { listDirectory } from '../../host/files/list-directory.ts'
import { readSnapshotConfig, type SnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'
import { recordAct } from '../../host/snapshots/snapshot-state.ts'
import { verifySnapshot } from '../verify-snapshot.ts'
import { copyPlaces } from './copy-places.ts'
import { type CopyRecord, keepRecord, listRecords } from './copy-record.ts'
import type { CopyWorld } from './copy-world.ts'
import { type Exchange, withExchange } from './exchange.ts'
import { mostAtOnce, planCopies } from './plan-copies.ts'
import { runCopyUnit } from './run-copy-unit.ts'
import { stageCopy } from './stage-copy.ts'

/** A snapshot that the operator's program says is elsewhere. */
export interface CopiedSnapshot extends CopyRecord {
  /** The name of the snapshot that it is of. */
  readonly snapshot: string
}

/** Which snapshots are to be copied. */
export interface CopyChoice {
  /** This one; those that are due where it is left out. */
  readonly name?: string | undefined
  /** For the timer: that nothing is configured is no failure. */
  readonly isIfDue?: boolean | undefined
}

/** What one run copies, and for whom. */
interface Copying {
  readonly program: string
  readonly config: SnapshotConfig
  readonly world: CopyWorld
}

/**
 * Has the operator's program copy what is due, or one snapshot by its name, and returns what was copied. Each is verified
 * before it leaves, and with recipients it leaves only as age made it. One that is not whole any more keeps no other from leaving, and
 * is told in the end; any other failure is that of the program or the place, and ends it.
 */
export async function copySnapshots(
  { name, isIfDue }: CopyChoice,
  world: CopyWorld,
  onCopied: (copied: CopiedSnapshot) => void = () => {},
): Promise<readonly CopiedSnapshot[]> {
  const config = await recorded(world, () => readSnapshotConfig(world))
  if (config.copy === undefined) {
    if (isIfDue === true) return []
    throw new SignetError('configuration', 'this host was not told how snapshots are copied', {
      hint: `name a program in ${world.layout.snapshotConfiguration}, "copy: /path/program"; OPERATIONS has three that work`,
    })
  }
  const chosen = await choose(name, world)
  if (chosen.length === 0) return []
  const copying = { program: config.copy, config, world }
  const copied: CopiedSnapshot[] = []
  const broken: SignetError[] = []
  for (const each of chosen) {
    if (copied.length === mostAtOnce) break
    // One at a time: the program sees nothing of the one before.
    const one = await withExchange(world, (exchange) => copyOrTell(each, exchange, copying))
    if (one instanceof SignetError) broken.push(one)
    else {
      copied.push(one)
      onCopied(one)
    }
  }
  const [first] = broken
  if (first === undefined) return copied
  return recorded(world, () => Promise.reject(first))
}

/** The failure where the snapshot itself is not whole. */
async function copyOrTell(
  snapshot: string,
  exchange: Exchange,
  copying: Copying,
): Promise<CopiedSnapshot | SignetError> {
  try {
    return await recorded(copying.world, () => copyOne(snapshot, exchange, copying))
  } catch (error) {
    if (error instanceof SignetError && error.code === 'bad-data') return error
    throw error
  }
}

async function choose(name: string | undefined, { layout, clock }: CopyWorld): Promise<readonly string[]> {
  const { records } = copyPlaces(layout)
  const names = await listDirectory(layout.snapshots)
  if (name === undefined) return planCopies({ names, copied: await listRecords(records), nowMs: clock.now() })
  if (parseSnapshotName(name) !== undefined && names.includes(name)) return [name]
  throw new SignetError('usage', `${quoteUntrusted(name)} is no snapshot in ${layout.snapshots}`, {
    hint: `see which there are: ls ${quoteShell(layout.snapshots)}`,
  })
}

async function copyOne(
  snapshot: string,
  exchange: Exchange,
  { program, config, world }: Copying,
): Promise<CopiedSnapshot> {
  const startMs = world.clock.now()
  const file = join(world.layout.snapshots, snapshot)
  const verified = await verifySnapshot(file, world.files)
  if (verified.sidecar === null) {
    throw new SignetError('bad-data', `${file} has no sidecar: nobody could say what it is`, {
      hint: 'take another one: signet snapshot save',
    })
  }
  const staged = await stageCopy(verified, config.recipients, exchange, world)
  await runCopyUnit({ kind: 'copy', program, name: staged.name }, exchange, world)
  const record = { time: new Date(world.clock.now()).toISOString(), ...staged }
  await keepRecord(exchange.records, snapshot, record, world.files)
  const { bytes, sha256 } = staged
  const { time: takenAt, revision } = verified.sidecar
  const durationMs = Math.max(0, world.clock.now() - startMs)
  await recordAct(world, 'copy', { success: { snapshot, takenAt, revision, bytes, durationMs, sha256 } })
  return { snapshot, ...record }
}

/** Keeps why it failed: "saved" and "copied" are two things, and whoever watches must see the second. */
async function recorded<Value>(world: CopyWorld, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    await recordAct(world, 'copy', { failure: asSignetError(error).message }).catch(() => {})
    throw error
  }
}

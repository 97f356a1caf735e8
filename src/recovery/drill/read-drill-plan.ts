import { statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { readFlaggedQuota } from '../../host/snapshots/flagged-quota.ts'
import { reserveForEtcd } from '../../host/snapshots/reserve-for-etcd.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'
import { readSnapshotState, recordAct } from '../../host/snapshots/snapshot-state.ts'
import { snapshotNameOf } from '../copy/copy-order.ts'
import { copyPlaces } from '../copy/copy-places.ts'
import { readRecord } from '../copy/copy-record.ts'
import { readRoom } from '../read-room.ts'
import { findRestoreTool, type RestoreTool } from '../restore/find-restore-tool.ts'
import type { DrillWorld } from './drill-world.ts'
import { type DrillEtcd, findDrillEtcd } from './find-drill-etcd.ts'
import { findNewestSnapshot } from './newest-snapshot.ts'
import { isEncryptedName, requireIdentity } from './open-drill-file.ts'
import { type DrillNeeds, planDrill } from './plan-drill.ts'

/** What to try; the newest of this host where no file is named. */
export interface DrillOrder {
  readonly file?: string | undefined
  /** What age decrypts it with. */
  readonly identity?: string | undefined
}

/** A drill, as it will be. */
export interface DrillPlan {
  readonly file: string
  readonly name: string
  readonly identity: string | undefined
  /** Whether it is one that this host saved: that another's can be restored is no news of this host's. */
  readonly isOwn: boolean
  readonly fileBytes: number
  readonly needs: DrillNeeds
  readonly etcd: DrillEtcd
  readonly tool: RestoreTool
}

/** Reads all that decides whether a snapshot can be tried here, and what that takes; changes nothing. */
export async function readDrillPlan(order: DrillOrder, world: DrillWorld): Promise<DrillPlan> {
  const { layout } = world
  const file = resolve(order.file ?? (await findNewestSnapshot(world)))
  requireIdentity(file, order.identity)
  const fileBytes = sizeOf(file)
  const isEncrypted = isEncryptedName(file)
  const etcd = await findDrillEtcd(world)
  const tool = await findRestoreTool(world)
  const room = await readRoom(existing(layout.snapshots, layout.root), fileBytes, world)
  // The unit that tries a snapshot each week has no network, and so cannot ask etcd for it.
  const sharedQuotaBytes =
    room.sharedQuotaBytes && ((await readFlaggedQuota(layout, world.files)) ?? room.sharedQuotaBytes)
  const reserve = reserveForEtcd({ ...room, sharedQuotaBytes })
  const reservedBytes = Math.max(0, reserve.bytes - databaseBytes(layout.dataDirectory))
  const earlier = (await readSnapshotState(layout, world.files)).drill?.lastSuccess ?? undefined
  const needs = planDrill({ ...room, fileBytes, isEncrypted, reservedBytes, earlier })
  const name = basename(file)
  const isOwn = order.file === undefined || (await isSavedHere(name, world))
  return { file, name, identity: order.identity, isOwn, fileBytes, needs, etcd, tool }
}

/** The same; that this host's newest snapshot cannot even be tried, as for want of room, is kept as any other failure. */
export async function readRecordedPlan(order: DrillOrder, world: DrillWorld): Promise<DrillPlan> {
  return readDrillPlan(order, world).catch(async (error: unknown) => {
    const { code, message } = asSignetError(error)
    if (order.file === undefined && code !== 'unavailable') {
      await recordAct(world, 'drill', { failure: message }).catch(() => {})
    }
    throw error
  })
}

// It is here, or was when it left. Another member's has such a name too, and none of its own is here.
async function isSavedHere(name: string, { layout, files }: DrillWorld): Promise<boolean> {
  const snapshot = snapshotNameOf(name)
  if (parseSnapshotName(snapshot) === undefined) return false
  if ((await files.look(join(layout.snapshots, snapshot))) !== undefined) return true
  return (await readRecord(copyPlaces(layout).records, snapshot, files)) !== undefined
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isFile() === true) return found.size
  const what = found === undefined ? `there is no ${quoteUntrusted(file)}` : `${quoteUntrusted(file)} is no plain file`
  throw new SignetError(found === undefined ? 'configuration' : 'bad-data', what, {
    hint: `see: ls -l ${quoteShell(file)}`,
  })
}

// On a host that has never saved one it is made later.
function existing(directory: string, root: string): string {
  return statSync(directory, { throwIfNoEntry: false }) === undefined ? root : directory
}

function databaseBytes(dataDirectory: string): number {
  return statSync(join(dataDirectory, 'member/snap/db'), { throwIfNoEntry: false })?.size ?? 0
}

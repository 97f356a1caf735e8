import { statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { reserveForEtcd } from '../../host/snapshots/reserve-for-etcd.ts'
import { readSnapshotState } from '../../host/snapshots/snapshot-state.ts'
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
  const sharedQuotaBytes = room.sharedQuotaBytes && ((await readFlaggedQuota(world)) ?? room.sharedQuotaBytes)
  const reserve = reserveForEtcd({ ...room, sharedQuotaBytes })
  const reservedBytes = Math.max(0, reserve.bytes - databaseBytes(layout.dataDirectory))
  const earlier = (await readSnapshotState(layout, world.files)).drill?.lastSuccess ?? undefined
  const needs = planDrill({ ...room, fileBytes, isEncrypted, reservedBytes, earlier })
  return { file, name: basename(file), identity: order.identity, fileBytes, needs, etcd, tool }
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

// The unit that tries a snapshot each week has no network, and so cannot ask etcd for it.
async function readFlaggedQuota({ layout, files }: DrillWorld): Promise<number | undefined> {
  const flags = await files.read(layout.etcdFlags).catch(() => undefined)
  const digits = /--quota-backend-bytes=([1-9][0-9]{0,14})\b/.exec(flags?.text ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function databaseBytes(dataDirectory: string): number {
  return statSync(join(dataDirectory, 'member/snap/db'), { throwIfNoEntry: false })?.size ?? 0
}

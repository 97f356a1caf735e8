import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asSignetError, type SignetError } from '../../../core/signet-error.ts'
import type { HostLayout } from '../../../host/host-layout.ts'
import { readSnapshotConfig, type SnapshotConfig } from '../../../host/snapshots/snapshot-config.ts'
import { parseSnapshotName } from '../../../host/snapshots/snapshot-name.ts'
import { readSnapshotState, type SnapshotState } from '../../../host/snapshots/snapshot-state.ts'
import { systemErrorCode } from '../../../host/system-error.ts'
import type { InspectionWorld } from '../inspection-world.ts'
import { type InspectedRoom, inspectSnapshotRoom } from './inspect-snapshot-room.ts'

/** The snapshots that a directory holds. */
export interface KeptSnapshots {
  readonly names: ReadonlySet<string>
  readonly bytes: number
}

/** How it is with the snapshots of a member. */
export interface InspectedSnapshots {
  /** What this host was told to do with them, or why that cannot be read. */
  readonly config: SnapshotConfig | { readonly failure: SignetError }
  readonly state: SnapshotState
  /** What is there; undefined where whoever looks may not see it. */
  readonly kept: KeptSnapshots | undefined
  readonly room: InspectedRoom | undefined
  /** Since when this host is a member; undefined where that is not known. */
  readonly sinceMs: number | undefined
}

/** Reads what was written of snapshots, and lists them. Opens none: they are large, and this is done every minute. */
export async function inspectSnapshots(
  layout: HostLayout,
  { files, ownUid }: Pick<InspectionWorld, 'files' | 'ownUid'>,
): Promise<InspectedSnapshots> {
  return {
    config: await readSnapshotConfig({ layout, files, ownUid }).catch((error: unknown) => {
      return { failure: asSignetError(error) }
    }),
    state: await readSnapshotState(layout, files),
    kept: await listKept(layout.snapshots),
    room: await inspectSnapshotRoom(layout, { files }),
    sinceMs: await readSince(layout.memberKey),
  }
}

async function listKept(directory: string): Promise<KeptSnapshots | undefined> {
  const found = await readdir(directory).catch((error: unknown) =>
    systemErrorCode(error) === 'ENOENT' ? [] : undefined,
  )
  if (found === undefined) return undefined
  const names = found.filter((name) => parseSnapshotName(name) !== undefined)
  const sizes = await Promise.all(names.map((name) => readSize(join(directory, name))))
  return { names: new Set(names), bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

// One that was pruned meanwhile takes no room.
function readSize(file: string): Promise<number> {
  return lstat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

// init and join make the key; a renewal keeps it.
function readSince(memberKey: string): Promise<number | undefined> {
  return lstat(memberKey).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

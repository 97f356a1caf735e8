import type { LocalFiles } from '../host/files/local-files.ts'
import type { HostLayout } from '../host/host-layout.ts'
import { findSnapshots } from './keep/found-snapshot.ts'
import { readSidecar } from './sidecar/read-sidecar.ts'
import type { SnapshotSidecar } from './snapshot-receipt.ts'

/** A snapshot of this host by its name and its sidecar; whether its bytes are whole, only reading them tells. */
export interface OwnSnapshot {
  readonly file: string
  readonly sidecar: SnapshotSidecar
}

/** The snapshots in this host's own directory that have a sidecar that can be read, the newest first. */
export async function listOwnSnapshots(
  { snapshots }: Pick<HostLayout, 'snapshots'>,
  files: Pick<LocalFiles, 'read'>,
): Promise<readonly OwnSnapshot[]> {
  const named = await findSnapshots(snapshots).catch(() => [])
  const read = await Promise.all(named.map(({ file }) => readOne(file, files)))
  const found = read.flatMap((one) => one ?? [])
  return found.toSorted((one, other) => Date.parse(other.sidecar.time) - Date.parse(one.sidecar.time))
}

async function readOne(file: string, files: Pick<LocalFiles, 'read'>): Promise<OwnSnapshot | undefined> {
  const read = await readSidecar(file, files).catch(() => undefined)
  return read === undefined ? undefined : { file, sidecar: read.sidecar }
}

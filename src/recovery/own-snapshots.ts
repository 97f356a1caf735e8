import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import type { LocalFiles } from '../host/files/local-files.ts'
import type { HostLayout } from '../host/host-layout.ts'
import { parseSnapshotName, sidecarPath } from '../host/snapshots/snapshot-name.ts'
import { type SnapshotSidecar, sidecarSchema } from './snapshot-receipt.ts'

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
  const named = namesIn(snapshots).filter((name) => parseSnapshotName(name) !== undefined)
  const read = await Promise.all(named.map((name) => readOne(join(snapshots, name), files)))
  const found = read.flatMap((one) => one ?? [])
  return found.toSorted((one, other) => Date.parse(other.sidecar.time) - Date.parse(one.sidecar.time))
}

async function readOne(file: string, files: Pick<LocalFiles, 'read'>): Promise<OwnSnapshot | undefined> {
  const text = (await files.read(sidecarPath(file)).catch(() => undefined))?.text ?? ''
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), sidecarSchema), text)
  return parsed.success ? { file, sidecar: parsed.output } : undefined
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

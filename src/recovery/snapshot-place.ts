import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { requireGuarded } from '../host/files/guarded-path.ts'
import { snapshotEnding } from '../host/snapshots/snapshot-name.ts'
import type { RecoveryWorld } from './recovery-world.ts'

/** Where a snapshot goes. */
export interface SnapshotPlace {
  readonly directory: string
  /** Its name, where the operator chose it. */
  readonly name?: string
}

type PlaceWorld = Pick<RecoveryWorld, 'files' | 'ownUid'>

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}\.db$/

/** The directory that no option names: made where it is not there, for the own account alone. */
export async function ensureOwnPlace(directory: string, world: PlaceWorld): Promise<SnapshotPlace> {
  await requireGuarded(join(directory, 'any'), guardOf(world))
  await world.files.makeDirectory(directory, { mode: 0o700 })
  return guarded({ directory }, world)
}

/** What was typed: a directory, or the name of a file in one that is there. Throws `usage`, `configuration` or `refused`. */
export async function readTypedPlace(typed: string, world: PlaceWorld): Promise<SnapshotPlace> {
  const path = resolve(typed)
  if (isDirectory(path)) return guarded({ directory: path }, world)
  const [directory, name] = [dirname(path), basename(path)]
  if (!namePattern.test(name) || typed.endsWith('/')) {
    throw new SignetError(
      'usage',
      `--to ${quoteUntrusted(typed)} is no directory, nor a file's name that ends in .db`,
      {
        hint: `make the directory first: mkdir -p -m 700 ${quoteShell(path)}`,
      },
    )
  }
  if (!isDirectory(directory)) {
    const hint = `make it first: mkdir -p -m 700 ${quoteShell(directory)}`
    throw new SignetError('configuration', `there is no directory ${directory}`, { hint })
  }
  return guarded({ directory, name }, world)
}

// Another account must not lead root elsewhere, nor exchange a snapshot for its own before somebody restores it.
async function guarded(place: SnapshotPlace, world: PlaceWorld): Promise<SnapshotPlace> {
  await requireGuarded(join(place.directory, place.name ?? `any${snapshotEnding}`), guardOf(world))
  return place
}

function guardOf({ files, ownUid }: PlaceWorld): Parameters<typeof requireGuarded>[1] {
  return { look: files.look, ownUid, option: '--to' }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

import { lstatSync } from 'node:fs'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import { writeFailure } from '../host/files/file-failure.ts'
import { removeFile } from '../host/files/remove-file.ts'
import { createFile, moveIntoPlace } from '../host/files/write-file-atomically.ts'
import { sidecarPath } from '../host/snapshots/snapshot-name.ts'
import { systemErrorCode } from '../host/system-error.ts'
import type { SnapshotSidecar } from './snapshot-receipt.ts'

/**
 * Gives what was received and proven its name. The sidecar comes first, as a file that was not there: of two saves under one
 * name the second is refused, and no snapshot ever stands without its sidecar. Both are on the disk when this resolves; where
 * it throws, neither is there.
 */
export async function putInPlace(temporary: string, file: string, sidecar: SnapshotSidecar): Promise<void> {
  const beside = sidecarPath(file)
  await createFile(beside, `${JSON.stringify(sidecar)}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw systemErrorCode(error) === 'EEXIST' ? taken(beside) : writeFailure(beside, error)
  })
  try {
    requireAbsent(file)
    await moveIntoPlace(temporary, file)
  } catch (error) {
    await removeFile(beside)
    throw writeFailure(file, error)
  }
}

/** Refuses a name that a snapshot, or its sidecar, has already. */
export function requireFree(file: string): void {
  requireAbsent(file)
  requireAbsent(sidecarPath(file))
}

function requireAbsent(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw taken(path)
}

// A name that we made has the second in it: taken again, it is another.
function taken(path: string): SignetError {
  return new SignetError('refused', `${path} is there already, and no snapshot is overwritten`, {
    hint: `take it again under another name; see what it is: ls -l ${quoteShell(path)}`,
  })
}

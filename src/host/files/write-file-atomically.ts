import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, open, readdir, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeFailure } from './file-failure.ts'
import { removeFile } from './remove-file.ts'
import { syncDirectory } from './sync-directory.ts'

export interface FileSettings {
  /** Set whatever the umask is. */
  readonly mode: number
  /** Who the file belongs to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

/**
 * Puts a whole file in place, or leaves the old one: no reader ever sees half of it, and once this resolves it outlives
 * a power cut. Mode and owner are right before the first byte is written, so that a key is never readable in between.
 * Throws `configuration` where the host has no room or no right for it.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  settings: FileSettings,
): Promise<void> {
  try {
    await replace(path, content, settings)
  } catch (error) {
    throw writeFailure(path, error)
  }
}

async function replace(path: string, content: string | Uint8Array, settings: FileSettings): Promise<void> {
  // In the same directory: rename(2) does not cross file systems.
  const temporary = newTemporaryPath(path)
  await createFile(temporary, content, settings)
  await moveIntoPlace(temporary, path)
}

/** Gives what was made beside `path` its name, and brings that to the disk; where it cannot, takes it away again. */
export async function moveIntoPlace(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Makes a file that is not there yet and brings it to the disk. 'wx' follows no link that somebody else put there. */
export async function createFile(path: string, content: string | Uint8Array, settings: FileSettings): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await fill(file, content, settings)
  } catch (error) {
    await unlink(path).catch(() => {})
    throw error
  }
}

/** Where something is made that is then renamed to `path`. */
export function newTemporaryPath(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.new`
}

/**
 * Removes what writes of this file have left that a power cut or a SIGKILL ended. Nobody may be writing it, or what is left
 * must be so old that nobody is.
 */
export async function removeTemporaries(path: string, leastAgeMs = 0): Promise<void> {
  const directory = dirname(path)
  const stem = `${basename(path)}.`
  const isOne = (name: string): boolean => name.startsWith(stem) && /^[0-9a-f]{12}\.new$/.test(name.slice(stem.length))
  for (const name of (await readdir(directory)).filter(isOne)) {
    const temporary = join(directory, name)
    const age = leastAgeMs === 0 ? 0 : Date.now() - (await lstat(temporary)).mtimeMs
    if (age >= leastAgeMs) await removeFile(temporary)
  }
}

async function fill(file: FileHandle, content: string | Uint8Array, { mode, owner }: FileSettings): Promise<void> {
  try {
    if (owner !== undefined) await file.chown(owner.uid, owner.gid)
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeFailure } from './file-failure.ts'

export interface FileSettings {
  /** Set whatever the umask is. */
  readonly mode: number
  /** Who the file belongs to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number }
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
  // In the same directory: rename(2) does not cross file systems. 'wx' follows no link that somebody else put there.
  const temporary = newTemporaryPath(path)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await fill(file, content, settings)
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncDirectory(dirname(path))
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
    const age = leastAgeMs === 0 ? 0 : Date.now() - (await stat(temporary)).mtimeMs
    if (age >= leastAgeMs) await rm(temporary, { force: true })
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

/** Brings names that were made, changed or removed in a directory to the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  await handle.sync().finally(() => handle.close())
}

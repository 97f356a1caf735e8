import { constants } from 'node:fs'
import { lstat, mkdir, open, readlink, stat, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'
import { writeFailure } from './file-failure.ts'
import { lookAt, type NamedThing } from './look-at.ts'
import { removeEmpty, removeFile, removeTree } from './remove-file.ts'
import { requireLinks, requireReplaceable } from './require-replaceable.ts'
import { syncDirectory } from './sync-directory.ts'
import {
  type FileSettings,
  moveIntoPlace,
  newTemporaryPath,
  removeTemporaries,
  writeFileAtomically,
} from './write-file-atomically.ts'

/** A file's text and who may read it. */
export interface TextFile {
  readonly text: string
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * The files of this host, as far as installing certificates needs them. Each change is one atomic step that outlives a
 * power cut once it resolves; a test stops between any two.
 */
export interface LocalFiles {
  /** Undefined where there is none. Follows links. Throws `configuration` where it cannot be read. */
  read(path: string): Promise<TextFile | undefined>
  /** The same, but a link at the end of the path is an error: for what nobody but us can have put there. */
  readPlain(path: string): Promise<TextFile | undefined>
  /** What a name stands for, itself and not what it leads to; undefined where there is none. */
  look(path: string): Promise<NamedThing | undefined>
  /** Replaces whatever is there, a link itself and not what it points to. */
  write(path: string, text: string, settings: FileSettings): Promise<void>
  /** Puts a symbolic link in place of whatever file is there. */
  link(path: string, target: string): Promise<void>
  /** Where the link points; undefined where it is none. */
  readLink(path: string): Promise<string | undefined>
  /**
   * Refuses a path whose file could not be replaced, as far as that can be tried beforehand. Leaves everything as it is.
   * Throws `configuration`.
   */
  requireReplaceable(path: string, settings: FileSettings): Promise<void>
  /** Refuses a directory in which no symbolic link can be made. Throws `configuration`. */
  requireLinks(directory: string): Promise<void>
  /** Makes the directory and those above it, where they are not there: each with this mode, the last with this owner. */
  makeDirectory(path: string, settings: FileSettings): Promise<void>
  /** Removes a file or a link, where it is there; never a directory. */
  remove(path: string): Promise<void>
  /** Removes a directory that is there and has nothing in it. */
  removeEmpty(path: string): Promise<void>
  /** Removes a directory with all that is in it, where it is there. It may belong to another account. */
  removeTree(path: string): Promise<void>
  /** Removes what writes of this path have left that were cut off. Nobody may be writing it, unless an age is given. */
  removeTemporaries(path: string, leastAgeMs?: number): Promise<void>
}

const maxTextBytes = 256 * 1024

/** The files of this host, itself. */
export const localFiles: LocalFiles = {
  read: (path) => readTextFile(path, 0),
  readPlain: (path) => readTextFile(path, constants.O_NOFOLLOW),
  look: lookAt,
  write: writeFileAtomically,
  link: linkAtomically,
  readLink: readLinkTarget,
  requireReplaceable,
  requireLinks,
  makeDirectory: ensureDirectory,
  remove: removeFile,
  removeEmpty,
  removeTree,
  removeTemporaries,
}

async function readTextFile(path: string, flags: number): Promise<TextFile | undefined> {
  try {
    // Opening a pipe would wait for somebody to write into it.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    try {
      const found = await file.stat()
      const { mode, uid, gid, size } = found
      if (!found.isFile()) throw new Error('no plain file')
      if (size > maxTextBytes) throw tooLarge(path)
      return { text: await file.readFile('utf8'), mode: mode & 0o7777, uid, gid }
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (isMissing(cause)) return undefined
    if (cause instanceof SignetError) throw cause
    const mayNot = systemErrorCode(cause) === 'EACCES'
    const hint = mayNot
      ? 'run this as root, or as the account that the file belongs to'
      : `see it: ls -l ${quoteShell(path)}`
    throw new SignetError('configuration', `${path} cannot be read`, { hint, cause })
  }
}

function tooLarge(path: string): SignetError {
  return new SignetError('configuration', `${path} is larger than ${maxTextBytes / 1024} KiB`, {
    hint: `see it: ls -l ${quoteShell(path)}`,
  })
}

async function linkAtomically(path: string, target: string): Promise<void> {
  const temporary = newTemporaryPath(path)
  await symlink(target, temporary)
  await moveIntoPlace(temporary, path)
}

async function readLinkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    if (isMissing(cause)) return false
    throw new SignetError('configuration', `${path} cannot be looked at`, {
      hint: `see it: ls -ld ${quoteShell(path)}`,
      cause,
    })
  }
}

async function ensureDirectory(path: string, settings: FileSettings): Promise<void> {
  await makeMissing(path, settings).catch((error: unknown) => {
    throw writeFailure(path, error)
  })
}

// Not with `recursive`, which says ENOENT where a file system is read-only, and gives those above the umask's mode: with
// one of 077 nobody but root could pass them.
async function makeMissing(path: string, settings: FileSettings): Promise<void> {
  if (await isDirectory(path)) return
  await makeMissing(dirname(path), { mode: settings.mode })
  try {
    await mkdir(path, { mode: settings.mode })
  } catch (error) {
    // Somebody else has just made it, or a link: then it is not ours to change.
    if (systemErrorCode(error) === 'EEXIST') return
    throw error
  }
  await settle(path, settings)
  await syncDirectory(dirname(path))
}

// mkdir(2) takes the umask away from the mode.
async function settle(directory: string, { mode, owner }: FileSettings): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid)
    await handle.chmod(mode)
  } finally {
    await handle.close()
  }
  await syncDirectory(directory)
}

function isMissing(error: unknown): boolean {
  return systemErrorCode(error) === 'ENOENT'
}

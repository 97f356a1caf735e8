import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, readlink, rename, rm, symlink, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SignetError } from '../core/signet-error.ts'
import { writeFailure } from './file-failure.ts'
import { type FileSettings, syncDirectory, writeFileAtomically } from './write-file-atomically.ts'

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
  /** Replaces whatever is there, a link itself and not what it points to. */
  write(path: string, text: string, settings: FileSettings): Promise<void>
  /** Puts a symbolic link in place of whatever file is there. */
  link(path: string, target: string): Promise<void>
  /** Where the link points; undefined where it is none. */
  readLink(path: string): Promise<string | undefined>
  /** Makes the directory and those above it, where they are not there. */
  makeDirectory(path: string, settings: FileSettings): Promise<void>
  /** Removes a file, a link or a whole directory, where it is there. */
  remove(path: string): Promise<void>
}

const maxTextBytes = 256 * 1024

/** The files of this host, itself. */
export const localFiles: LocalFiles = {
  read: readTextFile,
  write: writeFileAtomically,
  link: linkAtomically,
  readLink: readLinkTarget,
  makeDirectory: ensureDirectory,
  remove: (path) => rm(path, { recursive: true, force: true }),
}

async function readTextFile(path: string): Promise<TextFile | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const { mode, uid, gid, size } = await file.stat()
      if (size > maxTextBytes) throw new Error(`over ${maxTextBytes} bytes`)
      return { text: await file.readFile('utf8'), mode: mode & 0o7777, uid, gid }
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new SignetError('configuration', `${path} cannot be read`, { hint: `see it: ls -l ${path}`, cause })
  }
}

async function linkAtomically(path: string, target: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`
  await symlink(target, temporary)
  try {
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
  await syncDirectory(dirname(path))
}

async function readLinkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function ensureDirectory(path: string, { mode, owner }: FileSettings): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode }).catch((error: unknown) => {
    throw writeFailure(path, error)
  })
  if (first === undefined) return
  const handle = await open(path, 'r')
  try {
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid)
    await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncDirectory(dirname(path))
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

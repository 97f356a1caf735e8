import { access, constants, mkdir, rename, rmdir, stat, symlink, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'
import { writeFailure } from './file-failure.ts'
import { lookAt } from './look-at.ts'
import { isMountPoint } from './mount-points.ts'
import { syncDirectory } from './sync-directory.ts'
import { createFile, type FileSettings, newTemporaryPath } from './write-file-atomically.ts'

/** More than a key or a certificate of ours takes: a disk that has room for this has room for them. */
const rehearsalBytes = 16 * 1024

/**
 * Refuses a path whose file could not be replaced, before anything depends on it: what is found only when the signer has
 * signed costs a line of its journal at each attempt. Does beside the file all that replacing it takes, owner, mode and
 * rename included, and looks for what only the file itself can tell. Throws `configuration`.
 */
export async function requireReplaceable(path: string, settings: FileSettings): Promise<void> {
  await requireOrdinary(path)
  try {
    if (await isThere(dirname(path))) await rehearse(path, settings)
    else await rehearseBelow(await nearest(dirname(path)), settings)
  } catch (error) {
    throw asFailure(path, error)
  }
}

/**
 * Refuses a file beside which no symbolic link can be made: an exchange of two files needs some. What a power cut leaves of
 * it, the next installation removes like all temporary files.
 */
export async function requireLinks(path: string): Promise<void> {
  const [directory, link] = [dirname(path), newTemporaryPath(path)]
  try {
    await symlink('nowhere', link)
    await unlink(link).catch(() => {})
  } catch (cause) {
    throw new SignetError('configuration', `no symbolic link can be made in ${directory}`, {
      hint: `keep the files on another file system with --dir=DIR; see: findmnt --target ${quoteShell(directory)}`,
      cause,
    })
  }
}

async function requireOrdinary(path: string): Promise<void> {
  const shown = quoteShell(path)
  if (await isMountPoint(path)) {
    const hint = `mount its directory, and not this file alone; see: findmnt ${shown}`
    throw new SignetError('configuration', `${path} is a mount point, so that no new file can take its place`, { hint })
  }
  const found = await lookAt(path)
  if (found === undefined || found.kind === 'link') return
  if (found.kind !== 'file') {
    throw new SignetError('configuration', `${path} is not a file`, { hint: `see, and move it away: ls -ld ${shown}` })
  }
  if (await isImmutable(path)) {
    const hint = `see: lsattr ${shown}; then: chattr -i ${shown}`
    throw new SignetError('configuration', `${path} is immutable`, { hint })
  }
}

// The kernel answers EPERM there and EACCES where it is a matter of mode, which does not keep a file from being replaced.
async function isImmutable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => false,
    (error: unknown) => systemErrorCode(error) === 'EPERM',
  )
}

async function isThere(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => true,
    () => false,
  )
}

async function nearest(directory: string): Promise<string> {
  const isEnd = directory === dirname(directory) || (await isThere(directory))
  return isEnd ? directory : nearest(dirname(directory))
}

// The directory is still to be made: in another one, which goes again.
async function rehearseBelow(directory: string, settings: FileSettings): Promise<void> {
  const trial = newTemporaryPath(join(directory, '.signet'))
  await mkdir(trial, { mode: 0o700 })
  await rehearse(join(trial, 'file'), settings).finally(() => rmdir(trial).catch(() => {}))
}

// Over a file that is there, as in earnest: some file systems refuse just that. What a power cut leaves of it, the next
// installation removes like all temporary files.
async function rehearse(path: string, settings: FileSettings): Promise<void> {
  const files = [newTemporaryPath(path), newTemporaryPath(path)] as const
  try {
    await createFile(files[0], '', settings)
    await createFile(files[1], Buffer.alloc(rehearsalBytes), settings)
    await rename(files[1], files[0])
  } finally {
    for (const file of files) await unlink(file).catch(() => {})
  }
  await syncDirectory(dirname(path))
}

function asFailure(path: string, cause: unknown): unknown {
  const failure = writeFailure(path, cause)
  if (failure instanceof SignetError) return failure
  const code = systemErrorCode(cause) ?? 'no reason given'
  return new SignetError('configuration', `no new file can take the place of ${path}: ${code}`, {
    hint: `keep the files on another file system with --dir=DIR; see: findmnt --target ${quoteShell(dirname(path))}`,
    cause,
  })
}

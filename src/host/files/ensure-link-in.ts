import { constants } from 'node:fs'
import { type FileHandle, open, symlink } from 'node:fs/promises'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'
import { lookAt } from './look-at.ts'

const writableByOthers = 0o022

/** A link to be made. */
export interface LinkInDirectory {
  readonly directory: string
  readonly name: string
  readonly target: string
  /** Whose the directory must be. */
  readonly ownerUid: number
}

/**
 * Makes a link in a directory where it is not there yet; false where there is no such directory. What is above the directory
 * may be another account's (Debian's /var/lib/prometheus is), which could put something else in its place while root works in
 * it (CWE-59, CWE-367): so it is opened once, looked at and worked in by its descriptor. Throws `refused`.
 */
export async function ensureLinkIn(link: LinkInDirectory): Promise<boolean> {
  const { directory } = link
  const opened = await openDirectory(directory)
  if (opened === undefined) return false
  try {
    await requireOwn(opened, link)
    await ensureLink(`/proc/self/fd/${opened.fd}/${link.name}`, link)
    return true
  } finally {
    await opened.close()
  }
}

async function openDirectory(directory: string): Promise<FileHandle | undefined> {
  try {
    return await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ENOTDIR' || code === 'ELOOP') throw refusal(directory, 'is no directory', error)
    throw refusal(directory, 'cannot be opened', error)
  }
}

async function requireOwn(opened: FileHandle, { directory, ownerUid }: LinkInDirectory): Promise<void> {
  const { uid, mode } = await opened.stat()
  if (uid !== ownerUid) throw refusal(directory, `belongs to account ${uid}`)
  if ((mode & writableByOthers) !== 0) throw refusal(directory, 'can be written by others')
}

async function ensureLink(path: string, { directory, name, target }: LinkInDirectory): Promise<void> {
  const there = await lookAt(path)
  if (there === undefined) return symlink(target, path)
  if (there.kind === 'link' && there.target === target) return
  throw refusal(directory, `has another ${name}`)
}

function refusal(directory: string, why: string, cause?: unknown): SignetError {
  return new SignetError('refused', `${directory} ${why}; no link was made there`, {
    hint: `see it: ls -la ${quoteShell(directory)}`,
    cause,
  })
}

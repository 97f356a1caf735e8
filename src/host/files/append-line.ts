import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'

const newline = 0x0a

/**
 * Appends a line to another account's file and brings it to the disk. That account owns the directory too and could put a
 * link, a pipe or another name of a file of root's there, for root to write into (CWE-59): no link is followed, a pipe is
 * not waited for, and only a plain file of that account with one name is written. Throws `configuration`.
 */
export async function appendLine(path: string, line: string, ownerUid: number): Promise<void> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((cause: unknown) => {
    throw notTaken(path, 'cannot be opened for writing', cause)
  })
  try {
    await requirePlainFile(file, path, ownerUid)
    // What a power cut tore would swallow this line too.
    const torn = (await endsWithNewline(file)) ? '' : '\n'
    await file.appendFile(`${torn}${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function requirePlainFile(file: FileHandle, path: string, ownerUid: number): Promise<void> {
  const found = await file.stat()
  if (!found.isFile()) throw notTaken(path, 'is no plain file')
  if (found.uid !== ownerUid) throw notTaken(path, `belongs to account ${found.uid}, not to ${ownerUid}`)
  if (found.nlink !== 1) throw notTaken(path, `has ${found.nlink} names`)
}

async function endsWithNewline(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] === newline
}

function notTaken(path: string, why: string, cause?: unknown): SignetError {
  return new SignetError('configuration', `${path} ${why}; nothing was written to it`, {
    hint: `see: ls -l ${quoteShell(path)}`,
    cause,
  })
}

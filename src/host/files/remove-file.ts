import { rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { runProgram } from '../programs/run-program.ts'
import { systemErrorCode } from '../system-error.ts'
import { syncDirectory } from './sync-directory.ts'

const treeTimeoutMs = 60_000

/** Removes a file or a link, where it is there; never a directory, which somebody may have put in its place. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(ignoreMissing)
}

/** Removes a directory that is there and has nothing in it. */
export async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path)
    await syncDirectory(dirname(path))
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error
  }
}

/**
 * Removes a directory with all that is in it, where it is there. By rm(1), which goes from directory to directory by
 * openat(2) and O_NOFOLLOW: Node goes by paths, and whoever owns a directory in there, as etcd does, could put a link in
 * its place meanwhile and have root empty another one (CWE-367, as CVE-2022-21658).
 */
export async function removeTree(path: string): Promise<void> {
  await runProgram('rm', ['-rf', '--', path], treeTimeoutMs)
}

function ignoreMissing(error: unknown): void {
  if (systemErrorCode(error) !== 'ENOENT') throw error
}

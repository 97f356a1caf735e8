import { rmdir, unlink } from 'node:fs/promises'
import { runProgram } from './run-program.ts'

const treeTimeoutMs = 60_000

/** Removes a file or a link, where it is there; never a directory, which somebody may have put in its place. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(ignoreMissing)
}

/** Removes an empty directory, where it is there. */
export async function removeEmptyDirectory(path: string): Promise<void> {
  await rmdir(path).catch(ignoreMissing)
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
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}

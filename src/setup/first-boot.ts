import { rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '../host/files/sync-directory.ts'
import { systemErrorCode } from '../host/system-error.ts'

/** Removes the script that has done its work, and its directory where nothing else is in it. Can run twice. */
export async function removeFirstBoot(script: string): Promise<void> {
  const directory = dirname(script)
  await unlink(script).catch(ignore('ENOENT', 'ENOTDIR'))
  await rmdir(directory).catch(ignore('ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'))
  for (const changed of [directory, dirname(directory)]) await syncDirectory(changed).catch(ignore('ENOENT', 'ENOTDIR'))
}

function ignore(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(systemErrorCode(error) ?? '')) throw error
  }
}

import { rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Removes the script that has done its work, and its directory where nothing else is in it. Can run twice. */
export async function removeFirstBoot(script: string): Promise<void> {
  await unlink(script).catch(ignore('ENOENT', 'ENOTDIR'))
  await rmdir(dirname(script)).catch(ignore('ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'))
}

function ignore(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && codes.includes(String(error.code)))) throw error
  }
}

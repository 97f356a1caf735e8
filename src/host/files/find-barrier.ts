import { dirname } from 'node:path'
import type { RunProgram } from '../clock-sync.ts'
import { runProgram } from '../programs/run-program.ts'

const askTimeoutMs = 10_000

// The first directory that is there and that it may not pass.
const script = 'for path do if test -d "$path" && ! test -x "$path"; then printf %s "$path"; break; fi; done'

/**
 * The first directory that keeps an account away from these directories, from the root on; those that are not there yet keep
 * nobody away. The kernel is asked as that account, so groups and access control lists count. Undefined where nothing keeps it
 * away, or where that cannot be told. For root.
 */
export async function findBarrier(
  account: string,
  directories: readonly string[],
  run: RunProgram = runProgram,
): Promise<string | undefined> {
  const ways = [...new Set(directories.flatMap(wayTo))]
  const as = [`--reuid=${account}`, `--regid=${account}`, '--init-groups', '--']
  const found = await run('setpriv', [...as, 'sh', '-c', script, 'sh', ...ways], askTimeoutMs).catch(() => '')
  return found === '' ? undefined : found
}

function wayTo(directory: string): readonly string[] {
  const above = dirname(directory)
  return above === directory ? [directory] : [...wayTo(above), directory]
}

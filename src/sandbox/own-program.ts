import { isSea } from 'node:sea'
import { fileURLToPath } from 'node:url'

/** How this program is started again as a daemon: the interpreter and its first arguments. */
export interface OwnProgram {
  readonly command: string
  readonly args: readonly string[]
}

// A daemon's memory is mostly what it takes to load: a small young generation and one helper thread do for it.
const daemonFlags = ['--max-semi-space-size=4', '--v8-pool-size=1']

/** The daemons of this program: itself where it is one executable, else the given bundle, else the sources. */
export function findOwnProgram(bundle: string | undefined): OwnProgram {
  if (isSea()) return { command: process.execPath, args: [] }
  const main = bundle ?? fileURLToPath(new URL('../cli/main.ts', import.meta.url))
  return { command: process.execPath, args: [...daemonFlags, main] }
}

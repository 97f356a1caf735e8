import { stat } from 'node:fs/promises'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { giveToRoot, requireGuarded } from '../files/guarded-path.ts'
import { lookAt } from '../files/look-at.ts'
import { readInterpreter } from './script-interpreter.ts'

/**
 * Refuses a program that another account could have put where it is, or could exchange, and one that other accounts may not
 * run: the service behind it has one of its own.
 */
export async function requireGuardedProgram(path: string, ownUid: number): Promise<void> {
  await requireOwnProgram(path, ownUid)
  const found = await stat(path).catch((cause: unknown) => {
    throw new SignetError('configuration', `${path} is not there`, {
      hint: `see where it leads: namei -l ${quoteShell(path)}`,
      cause,
    })
  })
  if ((found.mode & 0o001) !== 0) return
  throw new SignetError('configuration', `${path} can be run by its owner alone`, {
    hint: `let the account etcd run it: chmod a+rx ${quoteShell(path)}`,
  })
}

/** As many as Linux follows (execve(2)). */
const mostInterpreters = 5

/**
 * Refuses a program that another account could have put where it is, or could exchange. Of a script the interpreter is what
 * runs: whoever can exchange that has root run theirs, whosever the script is (CWE-426).
 */
export async function requireOwnProgram(
  path: string,
  ownUid: number,
  interpreters: number = mostInterpreters,
): Promise<void> {
  await requireGuarded(path, { look: lookAt, ownUid, fileOwners: [], remedy: giveToRoot })
  const interpreter = await readInterpreter(path)
  if (interpreter === undefined || interpreters === 0) return
  if (interpreter.startsWith('/')) return requireOwnProgram(interpreter, ownUid, interpreters - 1)
  const message = `${path} is run by ${quoteUntrusted(interpreter)}, which is another program in each directory`
  throw new SignetError('refused', message, {
    hint: `name it by its whole path in the first line; see the script: ls -l ${quoteShell(path)}`,
  })
}

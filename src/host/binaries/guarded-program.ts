import { stat } from 'node:fs/promises'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { giveToRoot, requireGuarded } from '../files/guarded-path.ts'
import { lookAt } from '../files/look-at.ts'

/**
 * Refuses a program that another account could have put where it is, or could exchange, and one that other accounts may not
 * run: the service behind it has one of its own.
 */
export async function requireGuardedProgram(path: string, ownUid: number): Promise<void> {
  await requireGuarded(path, { look: lookAt, ownUid, fileOwners: [], remedy: giveToRoot })
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

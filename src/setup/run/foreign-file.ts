import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'

/** The command that moves something out of the way. */
export function moveAway(path: string): string {
  return `mv ${quoteShell(path)} ${quoteShell(`${path}.old`)}`
}

/** The refusal of what another life of this host has left: not ours to overwrite, nor to remove when the run fails. */
export function foreignFile(path: string, hint = `if it is not needed, move it away: ${moveAway(path)}`): SignetError {
  return new SignetError('configuration', `${path} exists and was not made by this run`, { hint })
}

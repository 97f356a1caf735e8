import { quoteShell } from '../../core/quote-shell.ts'
import type { Signer } from './signer.ts'

/** The call to a signer as somebody may type it: with the options that ours has, and no other account's settings. */
export function byHand({ address, port, sshConfigFile, bindAddress }: Signer, word: string): string {
  const options = [
    ...['-F', sshConfigFile === undefined ? 'none' : quoteShell(sshConfigFile)],
    ...(port === undefined ? [] : ['-p', `${port}`]),
    ...(bindAddress === undefined ? [] : ['-b', quoteShell(bindAddress)]),
  ]
  return ['ssh', ...options, quoteShell(`signer@${address}`), word].join(' ')
}

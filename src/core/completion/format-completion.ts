import type { Command } from 'commander'
import { quoteUntrusted } from '../quote-untrusted.ts'
import { SignetError } from '../signet-error.ts'
import { readCompleted } from './completed-command.ts'
import { formatBash } from './format-bash.ts'
import { formatFish } from './format-fish.ts'
import { formatZsh } from './format-zsh.ts'

const formats = { bash: formatBash, zsh: formatZsh, fish: formatFish } as const

/** What a shell reads to complete a command line. Pure. Throws `usage` for another shell. */
export function formatCompletion(shell: string, program: Command): string {
  if (isShell(shell)) return formats[shell](readCompleted(program))
  throw new SignetError('usage', `there is no completion for the shell ${quoteUntrusted(shell)}`, {
    hint: 'name one that there is: signet completion bash; or zsh, or fish',
  })
}

function isShell(text: string): text is keyof typeof formats {
  return Object.hasOwn(formats, text)
}

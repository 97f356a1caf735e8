import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'

export interface Confirmation {
  readonly question: string
  /** What to type where there is no terminal. */
  readonly command: string
  readonly yes: boolean | undefined
}

/** Goes on only where root agrees, at the terminal or by `--yes`. Throws `usage`, or `refused`. */
export async function confirm(
  { question, command, yes }: Confirmation,
  world: Pick<HostWorld, 'confirm'>,
): Promise<void> {
  if (yes === true) return
  const answer = await world.confirm(question)
  if (answer === true) return
  if (answer === undefined) {
    throw new SignetError('usage', 'there is no terminal to ask at', {
      hint: `see what would be done: ${command} --dry-run; then: ${command} --yes`,
    })
  }
  throw new SignetError('refused', 'it was not confirmed; nothing was changed', {
    hint: `to be asked again: ${command}`,
  })
}

import type { Command } from 'commander'
import { formatFailureLines } from '../core/failure-lines.ts'
import { SignetError } from '../core/signet-error.ts'

/** Has commander's "error: …" reported as ours: the same two lines as every other failure, with the help that is about it. */
export function reportUsage(command: Command, ownHint?: string): void {
  command.configureOutput({
    outputError: (text, write) => write(formatFailureLines(usageFailure(text, command, ownHint))),
  })
  nameOptionAlone(command)
}

// commander looks for what is near `--signerip=192.0.2.11`, value and all, and finds nothing. Its typings lack the method.
function nameOptionAlone(command: Command): void {
  const own = command as unknown as { unknownOption(flag: string): void }
  const report = own.unknownOption.bind(command)
  own.unknownOption = (flag) => report(flag.replace(/^(--[^=]+)=.*$/s, '$1'))
}

/** What commander says of words that it does not take: `error: unknown option '--x'`, and on a second line what is near. */
function usageFailure(text: string, command: Command, ownHint?: string): SignetError {
  const [said = '', suggestion] = text.trim().split('\n')
  const near = /^\(Did you mean (.+)\?\)$/.exec(suggestion ?? '')?.[1]
  const help = `see ${fullName(command)} --help`
  const usual = near === undefined ? help : `did you mean ${near}? else ${help}`
  const hint = ownHint === undefined ? usual : `${ownHint}; ${help}`
  return new SignetError('usage', said.replace(/^error: /, '').replace(/[^\x20-\x7e]/g, '?'), { hint })
}

/** A command as it is typed: `signet member remove`. */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

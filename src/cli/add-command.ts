import { type Command, Option } from 'commander'
import { SignetError } from '../core/signet-error.ts'
import { sayWhatIsLeft } from '../host/programs/say-what-is-left.ts'
import type { CommandWords, CommandWorld, OptionWords } from './command-words.ts'
import { refuseIgnored } from './refuse-ignored.ts'
import { fullName, reportUsage } from './report-usage.ts'

/** Adds a command, and all below it, to the tree of commander's that parses the command line and prints its help. */
export function addCommand(parent: Command, words: CommandWords, world: CommandWorld): void {
  const command = parent.command(words.name, { isDefault: words.isDefault === true }).description(words.description)
  if (words.argument !== undefined) command.argument(...words.argument)
  for (const option of words.options ?? []) command.addOption(optionOf(option))
  if (words.examples !== undefined) command.addHelpText('after', helpBelow(words.note, words.examples))
  reportUsage(command, words.hint)
  for (const inner of words.inner ?? []) addCommand(command, inner, world)
  if (words.inner !== undefined) return
  refuseIgnored(command, words)
  command.action((...given: readonly unknown[]) => run(words, command, { given, world }))
}

function optionOf(words: OptionWords): Option {
  if (words instanceof Option) return words
  const [flags, description, defaultValue] = words
  return new Option(flags, description).default(defaultValue)
}

function helpBelow(note: string | undefined, examples: readonly string[]): string {
  const title = examples.length === 1 ? 'Example' : 'Examples'
  return `${note === undefined ? '' : `\n${note}\n`}\n${title}:\n${examples.map((line) => `  ${line}`).join('\n')}`
}

interface Typed {
  /** The arguments, then the options. */
  readonly given: readonly unknown[]
  readonly world: CommandWorld
}

async function run(words: CommandWords, command: Command, { given, world }: Typed): Promise<void> {
  if (words.run === undefined) throw unfit(command)
  const callOff = words.leaves === undefined ? () => {} : sayWhatIsLeft(words.leaves, world.stderr)
  const status = await words.run(command.opts(), world, given[0]).finally(callOff)
  if (typeof status === 'number') process.exitCode = status
}

function unfit(command: Command): SignetError {
  const name = fullName(command)
  return new SignetError('usage', `these arguments do not fit ${name}`, { hint: `see ${name} --help` })
}

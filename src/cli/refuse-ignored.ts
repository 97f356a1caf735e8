import type { Command, Option } from 'commander'
import { SignetError } from '../core/signet-error.ts'

/** An option that a command would pass over in silence, but for another one, or beside it. */
interface Combination {
  readonly option: string
  readonly needs?: string
  readonly excludes?: string
}

const ofTypedSigner: readonly Combination[] = [
  { option: '--port', needs: '--signer-ip' },
  { option: '--ssh-config', needs: '--signer-ip' },
]

const combinations: Readonly<Record<string, readonly Combination[]>> = {
  'signet status': ofTypedSigner,
  'signet doctor': ofTypedSigner,
  'signet renew': [
    { option: '--dir', excludes: '--state' },
    // A daemon waits until renewing is due, and tries again by itself.
    { option: '--force', excludes: '--daemon' },
    { option: '--wait', excludes: '--daemon' },
  ],
}

/** etcdctl's own words are passed on as they are: an empty one is a key, or the end of a range. */
const passedOn: ReadonlySet<string> = new Set(['etcdctl'])

/**
 * Makes every command refuse (64) what it would ignore: an option given twice, of which the first would count for nothing;
 * an empty value, which is a variable of a script that is not set; and options that another one makes idle.
 */
export function refuseIgnored(program: Command): void {
  const given = new Map<Option, number>()
  for (const command of withInner(program)) countOptions(command, given)
  program.hook('preAction', (_, command) => {
    for (const option of command.options) refuseOption(option, command, given.get(option) ?? 0)
    for (const combination of combinations[fullName(command)] ?? []) refuseCombination(combination, command)
    if (!passedOn.has(command.name()) && command.args.includes('')) {
      throw usage('an argument is empty', command)
    }
  })
}

function withInner(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withInner)]
}

function countOptions(command: Command, given: Map<Option, number>): void {
  for (const option of command.options) {
    command.on(`option:${option.name()}`, () => given.set(option, (given.get(option) ?? 0) + 1))
  }
}

function refuseOption(option: Option, command: Command, count: number): void {
  const name = option.long ?? option.flags
  const value: unknown = command.getOptionValue(option.attributeName())
  const isEmpty = value === '' || (Array.isArray(value) && value.includes(''))
  if (count > 0 && isEmpty) throw usage(`the value of ${name} is empty`, command)
  // Several values come as a list.
  if (count > 1 && typeof value === 'string') throw usage(`${name} is given more than once`, command)
}

function refuseCombination({ option, needs, excludes }: Combination, command: Command): void {
  if (!isGiven(option, command)) return
  if (needs !== undefined && !isGiven(needs, command)) throw usage(`${option} means nothing without ${needs}`, command)
  if (excludes !== undefined && isGiven(excludes, command))
    throw usage(`${option} means nothing with ${excludes}`, command)
}

function isGiven(long: string, command: Command): boolean {
  const option = command.options.find((candidate) => candidate.long === long)
  return option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli'
}

function usage(message: string, command: Command): SignetError {
  return new SignetError('usage', message, { hint: `see ${fullName(command)} --help` })
}

/** A command as it is typed: `signet member remove`. */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

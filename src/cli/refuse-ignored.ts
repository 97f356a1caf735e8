import type { Command, Option } from 'commander'
import { SignetError } from '../core/signet-error.ts'
import type { Combination, CommandWords } from './command-words.ts'
import { fullName } from './report-usage.ts'

/**
 * Makes a command refuse (64) what it would ignore: an option given twice, of which the first would count for nothing;
 * an empty value, which is a variable of a script that is not set; and options that another one makes idle.
 */
export function refuseIgnored(command: Command, { combinations = [], passesOn = false }: CommandWords): void {
  const given = countOptions(command)
  command.hook('preAction', () => {
    for (const option of command.options) refuseOption(option, command, given.get(option) ?? 0)
    for (const combination of combinations) refuseCombination(combination, command)
    // What is passed on may be empty: to etcdctl that is a key, or the end of a range.
    if (!passesOn && command.args.includes('')) throw usage('an argument is empty', command)
  })
}

function countOptions(command: Command): ReadonlyMap<Option, number> {
  const given = new Map<Option, number>()
  for (const option of command.options) {
    command.on(`option:${option.name()}`, () => given.set(option, (given.get(option) ?? 0) + 1))
  }
  return given
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

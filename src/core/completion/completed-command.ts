import type { Argument, Command, Option } from 'commander'

/** What can stand behind an option, or as an argument: what a shell offers. */
export type CompletedValue = 'directory' | 'file' | 'member' | 'text' | readonly string[]

export interface CompletedOption {
  /** With its dashes. */
  readonly long: string
  readonly description: string
  /** Undefined where it takes none. */
  readonly value: CompletedValue | undefined
  readonly isRepeatable: boolean
}

/** A command, as shells complete it. */
export interface CompletedCommand {
  /** As it is typed: `signet member remove`. */
  readonly path: string
  readonly description: string
  readonly options: readonly CompletedOption[]
  readonly inner: readonly CompletedCommand[]
  /** What its argument is, where it takes one. */
  readonly argument: CompletedValue | undefined
}

/**
 * Values that none of these refuses. What a command takes beside them, such as a port behind `embedded`, is left to the operator.
 * @internal
 */
export const choices: Readonly<Record<string, readonly string[]>> = {
  '--key-type': ['p256', 'p384', 'p521', 'rsa', 'ed25519'],
  '--endpoint': ['openssh', 'embedded'],
  '<shell>': ['bash', 'zsh', 'fish'],
}

/** A command of commander's and all below it, as shells complete them. Pure. */
export function readCompleted(command: Command, above = ''): CompletedCommand {
  const path = `${above}${command.name()}`
  const help: CompletedOption = { long: '--help', description: 'display help', value: undefined, isRepeatable: false }
  const [argument] = command.registeredArguments
  return {
    path,
    description: firstClause(command.description()),
    options: [...command.options.flatMap(readOption), help],
    inner: command.commands.map((inner) => readCompleted(inner, `${path} `)),
    argument: argument === undefined ? undefined : readArgument(argument, path),
  }
}

/** A command and all below it, in a row. Pure. */
export function listCompleted(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.inner.flatMap(listCompleted)]
}

/** What is typed of a command behind those above it. Pure. */
export function lastWord(path: string): string {
  return path.split(' ').at(-1) ?? ''
}

function readOption({ long, flags, description, variadic }: Option): readonly CompletedOption[] {
  if (typeof long !== 'string') return []
  const value = /<([a-z-]+)(?:\.\.\.)?>$/.exec(flags)?.[1]
  const isRepeatable = variadic || /repeatable/.test(description)
  const offered = value === undefined ? undefined : readValue(long, value)
  return [{ long, description: firstClause(description), value: offered, isRepeatable }]
}

function readValue(long: string, value: string): CompletedValue {
  if (long in choices) return choices[long] ?? 'text'
  if (value === 'dir') return 'directory'
  return value === 'file' || value === 'path' ? 'file' : 'text'
}

function readArgument(argument: Argument, path: string): CompletedValue {
  const name = `<${argument.name()}>`
  if (name in choices) return choices[name] ?? 'text'
  if (/ (?:member remove|joins release)$/.test(path)) return 'member'
  if (name === '<dir>') return 'directory'
  return name === '<file>' ? 'file' : 'text'
}

// In a list of what can be typed there is room for little.
function firstClause(description: string): string {
  return description.replace(/ \((?:default|such as|started|run) .*\)$|(?<=.{12}): .*$/, '').slice(0, 80)
}

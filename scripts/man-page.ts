import type { Argument, Command, Option } from 'commander'

/** What a page says besides what `--help` says. */
export interface ManPageFacts {
  readonly version: string
  /** `2026-01-31`. */
  readonly date: string
  /** The names of all pages, for SEE ALSO. */
  readonly pages: readonly string[]
}

/** The name of a command's page: `signet`, `signet-renew`. */
export function manPageName(command: Command): string {
  return fullName(command).replaceAll(' ', '-')
}

/**
 * The manual page of a command, with those of its subcommands in it, in roff's `man` macros. Its texts are those of `--help`
 * letter by letter: a program that begins sentences with a capital makes `Kubemaster-<id>` and `P256` of values.
 */
export function formatManPage(command: Command, { version, date, pages }: ManPageFacts): string {
  const name = manPageName(command)
  const others = pages.filter((page) => page !== name)
  return [
    `.TH ${name} 1 ${date} ${quoteArgument(`signet ${version}`)} "Signet manual"`,
    '.SH NAME',
    `${escapeText(name)} \\- ${escapeText(command.description())}`,
    '.SH SYNOPSIS',
    ...(command.parent === null ? rootSynopsis : formatSynopses([command, ...command.commands])),
    '.SH DESCRIPTION',
    escapeText(command.description()),
    ...formatDetails(command),
    ...command.commands.filter(() => command.parent !== null).flatMap(formatSubcommand),
    ...(command.parent === null ? formatCommandList(command) : []),
    ...exitStatus(command),
    '.SH SEE ALSO',
    `${others.map((page) => `.BR ${escapeText(page)} (1)`).join(' ,\n')}`,
    '',
  ].join('\n')
}

const rootSynopsis = ['.B signet', '\\fIcommand\\fR [\\fIoptions\\fR]']

function formatSynopses(commands: readonly Command[]): readonly string[] {
  const runnable = commands.filter((command) => command.commands.length === 0)
  return runnable.flatMap((command, index) => [...(index === 0 ? [] : ['.br']), ...formatSynopsis(command)])
}

function formatSynopsis(command: Command): readonly string[] {
  const operands = command.registeredArguments.map((argument) => ` ${formatArgument(argument)}`).join('')
  return [`.B ${escapeText(fullName(command))}`, `[\\fIoptions\\fR]${escapeText(operands)}`]
}

function formatDetails(command: Command): readonly string[] {
  const items = [
    ...command.registeredArguments.map((argument) => [formatArgument(argument), argument.description]),
    ...command.options.map((option) => [option.flags, describeOption(option)]),
  ]
  return [...(items.length === 0 ? [] : ['.SH OPTIONS', ...items.flatMap(formatItem)]), ...formatAfterHelp(command)]
}

function formatSubcommand(command: Command): readonly string[] {
  const details = formatDetails(command).map((line) => line.replace(/^\.SH /, '.SS '))
  return [`.SH ${quoteArgument(fullName(command))}`, escapeText(command.description()), ...details]
}

function formatCommandList(program: Command): readonly string[] {
  return [
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => formatItem([fullName(command), command.description()])),
  ]
}

function formatItem([term = '', text = '']: readonly string[]): readonly string[] {
  return ['.TP', `.B ${escapeText(term)}`, escapeText(text)]
}

function describeOption({ description, defaultValue }: Option): string {
  if (defaultValue === undefined || defaultValue === false) return description
  const shown = Array.isArray(defaultValue) ? defaultValue.join(' ') : String(defaultValue)
  return `${description} (default: ${shown})`
}

function formatArgument(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? name : `[${name}]`
}

/** What a command prints below its help: the examples, and what stands before them. */
export function helpBelow(command: Command): string {
  let text = ''
  const before = command.configureOutput()
  command.configureOutput({
    ...before,
    writeOut: (part) => {
      text += part
    },
  })
  command.outputHelp()
  command.configureOutput(before)
  return text.slice(command.helpInformation().length).trim()
}

function formatAfterHelp(command: Command): readonly string[] {
  const [before = '', examples = ''] = helpBelow(command).split(/^Examples?:\n/m)
  const status = /^Exit status: (.+)$/m.exec(before)?.[1]
  const rest = before.replace(/^Exit status: .+$/m, '').trim()
  return [
    ...(rest === '' ? [] : ['.PP', ...rest.split('\n').map(escapeText)]),
    ...(status === undefined ? [] : ['.SH EXIT STATUS', escapeText(status)]),
    ...(examples === ''
      ? []
      : [
          '.SH EXAMPLES',
          '.nf',
          ...examples
            .trimEnd()
            .split('\n')
            .map((line) => escapeText(line.trim())),
          '.fi',
        ]),
  ]
}

function exitStatus(command: Command): readonly string[] {
  if (/^Exit status:/m.test(helpBelow(command))) return []
  return [
    '.SH EXIT STATUS',
    '0 on success. Failures end with a status of',
    '.BR sysexits.h :',
    '64 wrong arguments, 65 unacceptable data, 69 unavailable, 70 a defect, 75 try again later, 77 refused, 78 configuration.',
  ]
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}

/** Text that roff shows as it stands: no control line, no escape; hyphens that can be copied as such. */
function escapeText(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('\n', ' ')
  const ascii = escaped.replace(/[^\x20-\x7e]/gu, (character) => {
    return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
  })
  return /^[.']/.test(ascii) ? `\\&${ascii}` : ascii
}

function quoteArgument(text: string): string {
  return `"${text.replaceAll('"', '\\(dq')}"`
}

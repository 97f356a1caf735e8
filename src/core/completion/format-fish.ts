import {
  type CompletedCommand,
  type CompletedOption,
  type CompletedValue,
  lastWord,
  listCompleted,
} from './completed-command.ts'

/** A completion of fish: a line for each word and option, which hold where the words before are those of the command. */
export function formatFish(program: CompletedCommand): string {
  return `# fish completion of signet; made by \`signet completion fish\`
function __signet_members
  timeout 2 signet member list --json 2>/dev/null | string match -ra '"name":"[A-Za-z0-9_-]+"' | string split -f 4 '"'
end

# Whether the words before the cursor that are no options begin with these, and with no word of a command below them.
function __signet_at
  set -l words (commandline -opc | string match -v -- '-*')
  set -l path (string split ' ' -- $argv[1])
  set -l length (count $path)
  set -l next (math $length + 1)
  test (count $words) -ge $length; and test "$words[1..$length]" = "$path"; or return 1
  test (count $words) -eq $length; or not contains -- $words[$next] $argv[2..]
end

complete -c signet -f
${listCompleted(program).flatMap(formatCommand).join('\n')}
`
}

function formatCommand({ path, options, inner, argument }: CompletedCommand): readonly string[] {
  const at = `__signet_at ${quote(path)} ${inner.map((each) => lastWord(each.path)).join(' ')}`.trim()
  return [
    ...inner.map((each) => `complete -c signet -n ${nest(at)} -a ${lastWord(each.path)} -d ${quote(each.description)}`),
    ...options.map((option) => formatOption(option, at)),
    ...(argument === undefined ? [] : [`complete -c signet -n ${nest(at)} ${offer(argument)}`]),
  ]
}

function formatOption({ long, description, value, isRepeatable }: CompletedOption, at: string): string {
  const name = long.replace(/^--/, '')
  // Of one that takes a value the condition must hold while that is typed.
  const condition = isRepeatable || value !== undefined ? at : `${at}; and not __fish_contains_opt ${name}`
  const taken = value === undefined ? '' : ` -r ${offer(value)}`
  return `complete -c signet -n ${nest(condition)} -l ${name} -d ${quote(description)}${taken}`
}

function offer(value: CompletedValue): string {
  if (value === 'directory') return "-x -a '(__fish_complete_directories)'"
  if (value === 'file') return '-F'
  if (value === 'member') return "-x -a '(__signet_members)'"
  return value === 'text' ? '-x' : `-x -a ${quote(value.join(' '))}`
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '')}'`
}

// A condition is text, and has quotes of its own.
function nest(condition: string): string {
  return `"${condition.replaceAll('"', '')}"`
}

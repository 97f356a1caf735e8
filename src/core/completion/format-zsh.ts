import {
  type CompletedCommand,
  type CompletedOption,
  type CompletedValue,
  lastWord,
  listCompleted,
} from './completed-command.ts'

/** A completion of zsh: a function for each command, by `_arguments`, which offers no option twice. */
export function formatZsh(program: CompletedCommand): string {
  return `#compdef signet
# zsh completion of signet; made by \`signet completion zsh\`
_signet_members() {
  local -a names
  names=(\${(f)"$(timeout 2 signet member list --json 2>/dev/null | grep -oE '"name":"[A-Za-z0-9_-]+"' | cut -d '"' -f 4)"})
  compadd -a names
}

${listCompleted(program).map(formatFunction).join('\n')}
if [[ $funcstack[1] == _signet ]]; then ${functionName(program.path)} "$@"; else compdef ${functionName(program.path)} signet; fi
`
}

function formatFunction({ path, options, inner, argument }: CompletedCommand): string {
  const specs = options.map((option) => `    ${formatOption(option)} \\\n`).join('')
  if (inner.length === 0) {
    const rest = argument === undefined ? '' : `    ${quote(`*:${lastWord(path)}:${action(argument)}`)} \\\n`
    return `${functionName(path)}() {\n  _arguments \\\n${specs}${rest}    && return\n}\n`
  }
  const words = inner.map((each) => `      ${quote(`${lastWord(each.path)}:${plain(each.description)}`)}`).join('\n')
  const cases = inner.map((each) => `        ${lastWord(each.path)}) ${functionName(each.path)} ;;`).join('\n')
  return `${functionName(path)}() {
  local curcontext="$curcontext" state line
  local -a words_of_it
  _arguments -C \\
${specs}    '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      words_of_it=(
${words}
      )
      _describe command words_of_it ;;
    rest)
      case $line[1] in
${cases}
      esac ;;
  esac
}
`
}

function formatOption({ long, description, value, isRepeatable }: CompletedOption): string {
  const taken = value === undefined ? '' : `:value:${action(value)}`
  return quote(`${isRepeatable ? '*' : ''}${long}${value === undefined ? '' : '='}[${plain(description)}]${taken}`)
}

function action(value: CompletedValue): string {
  if (value === 'directory') return '_files -/'
  if (value === 'file') return '_files'
  if (value === 'member') return '_signet_members'
  return value === 'text' ? ' ' : `(${value.join(' ')})`
}

function functionName(path: string): string {
  return `_signet_of_${path.replaceAll(/[ -]/g, '_')}`
}

// What _arguments gives a meaning to.
function plain(text: string): string {
  return text.replaceAll(/[[\]:\\'`$]/g, ' ')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", '')}'`
}

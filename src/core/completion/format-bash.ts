import { type CompletedCommand, type CompletedValue, lastWord, listCompleted } from './completed-command.ts'

/**
 * A completion of bash, without the functions of the package bash-completion. What is offered is ours or passed the grammar of
 * names: `compgen -W` would expand a `$(…)` in a list that somebody else wrote.
 */
export function formatBash(program: CompletedCommand): string {
  const commands = listCompleted(program)
  return `# bash completion of signet; made by \`signet completion bash\`
_signet_members() {
  timeout 2 signet member list --json 2>/dev/null | grep -oE '"name":"[A-Za-z0-9_-]+"' | cut -d '"' -f 4
}

_signet() {
  local cur=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} path=signet taken=' ' word i offered=''
  # compgen parts its words by it, and the shell may have another.
  local IFS=$' \\t\\n'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      --) return ;;
      -*) taken+="$word " ;;
      *) case "$path $word" in
          ${quoteAll(commands.map(({ path }) => path).filter((path) => path !== program.path))}) path="$path $word" ;;
        esac ;;
    esac
  done
  # Readline takes --dir=DIR for three words.
  if [[ $cur == = ]]; then cur=''; elif [[ $option == = ]]; then option=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case "$path $option" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $path in
${commands.map(offerCase).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$cur")
}

_signet_options() {
  local option
  for option; do [[ $taken == *" $option "* ]] || offered+=" $option"; done
}

complete -F _signet signet
`
}

function valueCases({ path, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ long, value }) =>
    value === undefined ? [] : [`    ${quote(`${path} ${long}`)}) ${offerValue(value)}; return ;;`],
  )
}

function offerValue(value: CompletedValue): string {
  if (value === 'directory') return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur")`
  if (value === 'file') return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur")`
  if (value === 'member') return `mapfile -t COMPREPLY < <(compgen -W "$(_signet_members)" -- "$cur")`
  return value === 'text' ? ':' : `mapfile -t COMPREPLY < <(compgen -W ${quote(value.join(' '))} -- "$cur")`
}

function offerCase({ path, options, inner, argument }: CompletedCommand): string {
  const once = options.filter(({ isRepeatable }) => !isRepeatable).map(({ long }) => long)
  const always = options.filter(({ isRepeatable }) => isRepeatable).map(({ long }) => long)
  const words = inner.map((command) => lastWord(command.path))
  const others = argument === undefined ? `offered=${quote(words.join(' '))}` : `${offerValue(argument)}; return`
  const asked = `_signet_options ${once.join(' ')}; offered+=' ${always.join(' ')}'`
  return `    ${quote(path)}) if [[ $cur == -* ]]; then ${asked}; else ${others}; fi ;;`
}

function quoteAll(texts: readonly string[]): string {
  return texts.map(quote).join('|')
}

// Nothing in the table has a quote.
function quote(text: string): string {
  return `'${text.replaceAll("'", '')}'`
}

import { SignetError } from '../core/signet-error.ts'

/** What PAM does with what a module returned (pam.conf(5)); a number skips so many modules. */
export type PamAction = 'ignore' | 'ok' | 'bad' | 'die' | 'done' | 'reset' | number

/** One module of a stack, or a stack within it. */
export type PamStep =
  | { readonly module: string; readonly arguments: readonly string[]; readonly actions: ReadonlyMap<string, PamAction> }
  | { readonly substack: readonly PamStep[] }

export type PamKind = 'account' | 'auth'

/** The texts of a host's services and of what they include, by name. */
export type PamFiles = ReadonlyMap<string, string>

const words: Readonly<Record<string, string>> = {
  required: 'success=ok new_authtok_reqd=ok ignore=ignore default=bad',
  requisite: 'success=ok new_authtok_reqd=ok ignore=ignore default=die',
  sufficient: 'success=done new_authtok_reqd=done default=ignore',
  optional: 'success=ok new_authtok_reqd=ok default=ignore',
}
/** As deep as libpam follows includes. */
const maxDepth = 32

/** The stack of a service, includes and all. Throws `bad-data` on what is not understood, naming the file. */
export function parsePamStack(files: PamFiles, service: string, kind: PamKind): readonly PamStep[] {
  const steps = parseFile(service, { files, kind, depth: 0 })
  // Where a service has nothing of a kind, libpam takes the service `other`.
  return steps.length > 0 || service === 'other' ? steps : parseFile('other', { files, kind, depth: 0 })
}

/** What the lines of a file include: files that are no services. */
export function listIncludes(text: string): readonly string[] {
  return readLines(text).flatMap((line) => {
    const [, target] = /^(?:@include|-?\w+\s+(?:include|substack))\s+(\S+)/.exec(line) ?? []
    return target === undefined ? [] : [fileName(target)]
  })
}

interface PamReading {
  readonly files: PamFiles
  readonly kind: PamKind
  readonly depth: number
}

// libpam takes a path as well, and opens that.
function fileName(target: string): string {
  return target.replace(/^\/etc\/pam\.d\/(?=[^/]+$)/, '')
}

function parseFile(target: string, { files, kind, depth }: PamReading): readonly PamStep[] {
  const name = fileName(target)
  const text = files.get(name)
  if (text === undefined || depth > maxDepth) throw notUnderstood(name, 'is included and cannot be read')
  return readLines(text).flatMap((line) => parseLine(line, name, { files, kind, depth: depth + 1 }))
}

function parseLine(line: string, name: string, reading: PamReading): readonly PamStep[] {
  const [, all] = /^@include\s+(\S+)$/.exec(line) ?? []
  if (all !== undefined) return parseFile(all, reading)
  const [, kind = '', control = '', rest = ''] = /^-?(\w+)\s+(\[[^\]]*\]|\S+)\s+(\S.*)$/.exec(line) ?? []
  if (!/^(auth|account|password|session)$/i.test(kind)) throw notUnderstood(name, 'holds a line that is none of PAM')
  if (kind.toLowerCase() !== reading.kind) return []
  if (control === 'include') return parseFile(rest, reading)
  if (control === 'substack') return [{ substack: parseFile(rest, reading) }]
  const [module = '', ...args] = rest.match(/\[[^\]]*\]|\S+/g) ?? []
  return [{ module: module.slice(module.lastIndexOf('/') + 1), arguments: args, actions: parseControl(control, name) }]
}

function parseControl(control: string, name: string): ReadonlyMap<string, PamAction> {
  const text = control.startsWith('[') ? control.slice(1, -1) : words[control.toLowerCase()]
  if (text === undefined) throw notUnderstood(name, 'holds a control that is none of PAM')
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map((pair) => parseAction(pair, name)),
  )
}

function parseAction(pair: string, name: string): readonly [string, PamAction] {
  const [, value, action = '', skip] = /^(\w+)=(?:(ignore|ok|bad|die|done|reset)|(\d{1,3}))$/.exec(pair) ?? []
  if (value === undefined) throw notUnderstood(name, 'holds a control that is none of PAM')
  if (skip !== undefined) return [value, Number(skip)]
  return [value, isAction(action) ? action : 'bad']
}

function isAction(text: string): text is Exclude<PamAction, number> {
  return ['ignore', 'ok', 'bad', 'die', 'done', 'reset'].includes(text)
}

// A backslash at its end joins a line with the next, also with blanks behind it; a `#` ends the line, whatever stands behind
// it, so that a comment joins nothing (libpam's _pam_assemble_line).
function readLines(text: string): readonly string[] {
  const lines: string[] = []
  let begun = ''
  for (const line of text.split('\n')) {
    const [read = ''] = line.split('#', 1)
    const isJoined = !line.includes('#') && /\\[ \t]*$/.test(line)
    begun += isJoined ? read.replace(/\\[ \t]*$/, ' ') : read
    if (isJoined) continue
    lines.push(begun.trim())
    begun = ''
  }
  return [...lines, begun.trim()].filter((line) => line !== '')
}

function notUnderstood(name: string, what: string): SignetError {
  return new SignetError('bad-data', `PAM's file ${name} ${what}`, { hint: `see it: ls -l /etc/pam.d/${name}` })
}

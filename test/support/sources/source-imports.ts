import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/** One import of another file of ours, static or when it is needed, or what is passed on from there. */
export interface SourceImport {
  readonly file: string
  readonly names: readonly string[]
  /** Nothing of it is there when the program runs. */
  readonly isForTypes: boolean
}

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

/** The files of the program, without tests. */
export function listSources(): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join('src', name))
    .toSorted()
}

const known = new Map<string, readonly SourceImport[]>()

/** What a file imports of ours. */
export function readImports(file: string, text: string): readonly SourceImport[] {
  const key = `${file}\n${text}`
  const imports = known.get(key) ?? [...walk(parse(text))].flatMap((node) => importAt(node, file))
  known.set(key, imports)
  return imports
}

/** The text of each declaration that a file exports, a function's without its body. */
export function readDeclarations(text: string): ReadonlyMap<string, string> {
  const { body } = parse(text)
  const declared = (Array.isArray(body) ? body : []).map((statement) => statement['declaration']).filter(isNode)
  return new Map(declared.map((node) => [nameOf(node['id']), textOf(node, text)]))
}

function parse(text: string): Node {
  return parseAst(text, { lang: 'ts' }) as unknown as Node
}

function importAt(node: Node, file: string): readonly SourceImport[] {
  const { source, specifiers } = node
  const path = isNode(source) ? source['value'] : undefined
  if (typeof path !== 'string' || !path.startsWith('.')) return []
  const listed = Array.isArray(specifiers) ? specifiers.filter(isNode) : []
  const names = listed.map(({ imported, local }) => nameOf(imported ?? local))
  return [{ file: join(dirname(file), path), names, isForTypes: isOfTypes(node, listed) }]
}

function isOfTypes({ importKind, exportKind }: Node, listed: readonly Node[]): boolean {
  if (importKind === 'type' || exportKind === 'type') return true
  return listed.length > 0 && listed.every((one) => one['importKind'] === 'type' || one['exportKind'] === 'type')
}

function textOf({ type, start, end, body }: Node, text: string): string {
  const isFunction = type === 'FunctionDeclaration' && isNode(body)
  return text.slice(Number(start), Number(isFunction ? body['start'] : end))
}

function* walk(node: Node): Generator<Node> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function nameOf(node: unknown): string {
  return isNode(node) ? String(node['name']) : ''
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/** A hint that the program can print: its text as the source has it, with `${…}` where something is put in. */
export interface FoundHint {
  readonly file: string
  readonly text: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

interface Module {
  readonly file: string
  readonly source: string
  readonly body: Node
}

/** A node with those around it, the nearest first. */
interface Placed {
  readonly node: Node
  readonly around: readonly Node[]
  readonly module: Module
}

/** The keys under which a failure, a finding or an answer of etcd says what to type. */
const hintKeys = new Set(['hint', 'fix', 'remedy'])

/** Every hint of the sources below a directory, as far as it can be traced to its words; throws where it cannot. */
export function scanHints(directory: string): readonly FoundHint[] {
  const modules = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('_pb.ts'))
    .map((name) => parseModule(join(directory, name)))
  const everything = modules.flatMap((module) => [...walk({ node: module.body, around: [], module })])
  const scan = new HintScan(everything)
  return everything.flatMap((placed) => scan.hintsAt(placed))
}

function parseModule(file: string): Module {
  const source = readFileSync(file, 'utf8')
  return { file, source, body: parseAst(source, { lang: 'ts' }) as unknown as Node }
}

function* walk(placed: Placed): Generator<Placed> {
  yield placed
  const { node, around, module } = placed
  for (const child of childrenOf(node)) yield* walk({ node: child, around: [node, ...around], module })
}

function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode))
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

class HintScan {
  readonly #calls: readonly Placed[]
  readonly #functions: readonly Placed[]

  constructor(everything: readonly Placed[]) {
    this.#calls = everything.filter(({ node }) => node.type === 'CallExpression')
    this.#functions = everything.filter(({ node }) => node.type === 'FunctionDeclaration')
  }

  /** The hints that begin at this node: where it is `hint: …`, also as a default of a pattern. */
  hintsAt({ node, around, module }: Placed): readonly FoundHint[] {
    if (node.type !== 'Property' || !hintKeys.has(nameOf(node['key']))) return []
    const isPattern = around[0]?.type === 'ObjectPattern'
    const value = node['value'] as Node
    if (isPattern && value.type !== 'AssignmentPattern') return []
    const written = isPattern ? (value['right'] as Node) : value
    // The shape of a message that holds a hint, and no hint.
    if (/^v\.\w+\(/.test(module.source.slice(written.start, written.end))) return []
    const words = this.#words({ node: written, around: [node, ...around], module })
    return words.filter((text) => text !== '').map((text) => ({ file: module.file, text }))
  }

  #words(placed: Placed): readonly string[] {
    const { node, around, module } = placed
    const inner = (name: string): readonly string[] =>
      this.#words({ node: node[name] as Node, around: [node, ...around], module })
    switch (node.type) {
      case 'Literal':
        return typeof node['value'] === 'string' ? [node['value']] : []
      case 'TemplateLiteral':
        return [module.source.slice(node.start + 1, node.end - 1)]
      case 'ConditionalExpression':
        return [...inner('consequent'), ...inner('alternate')]
      case 'LogicalExpression':
        return [...inner('left'), ...inner('right')]
      case 'BinaryExpression':
        return [`${inner('left').join('')}${inner('right').join('')}`]
      case 'MemberExpression':
      case 'ChainExpression':
        return this.#member(placed)
      case 'CallExpression':
        return this.#call(placed)
      case 'Identifier':
        return this.#name(placed)
      case 'ArrowFunctionExpression':
        return this.#arrow(placed)
      default:
        throw untraceable(placed)
    }
  }

  // `failure.hint` is one that is counted where it is made; `commands.renew` is a command that is put in.
  #member({ node, module }: Placed): readonly string[] {
    const source = module.source.slice(node.start, node.end)
    return /\.(hint|fix|remedy)(?:\?\.)?(?:\([\w, ]*\))?$/.test(source) ? [] : [`\${${source}}`]
  }

  #call(placed: Placed): readonly string[] {
    const { node, around, module } = placed
    const callee = node['callee'] as Node
    if (callee.type === 'MemberExpression') {
      const isSameText = /^replace(All)?$/.test(nameOf(callee['property']))
      if (!isSameText) return this.#member(placed)
      const object = callee['object'] as Node
      return this.#words({ node: object, around: [callee, node, ...around], module })
    }
    // A hint of elsewhere, made fit to print.
    if (/\.hint\)$/.test(module.source.slice(node.start, node.end))) return []
    const made = this.#functions.filter((candidate) => isNamed(candidate, nameOf(callee), module))
    if (made.length === 0) return [`\${${module.source.slice(node.start, node.end)}}`]
    return made.flatMap((each) => returnsOf(each).flatMap((returned) => this.#words(returned)))
  }

  #arrow({ node, around, module }: Placed): readonly string[] {
    const body = node['body'] as Node
    const placed = { node: body, around: [node, ...around], module }
    return body.type === 'BlockStatement'
      ? returnsOf({ node, around, module }).flatMap((returned) => this.#words(returned))
      : this.#words(placed)
  }

  #name(placed: Placed): readonly string[] {
    const { node, around, module } = placed
    const name = nameOf(node)
    if (name === 'undefined') return []
    for (const [index, scope] of around.entries()) {
      const outside = around.slice(index)
      const declarator = declaratorsIn(scope).find(({ id }) => nameOf(id) === name)
      if (declarator?.init !== undefined) return this.#words({ node: declarator.init, around: outside, module })
      const taken = declaratorsIn(scope)
        .flatMap(({ id }) => boundBy(id))
        .find((bound) => bound.name === name)
      if (taken !== undefined) return this.#bound(taken, { node, around: outside, module })
      const found = this.#parameter(name, scope, { node, around: outside, module })
      if (found !== undefined) return found
    }
    // A function that makes the words later, of this module or of another.
    const made = this.#functions.filter((candidate) => nameOf(candidate.node['id']) === name)
    if (made.length === 0) throw untraceable(placed)
    return made.flatMap((each) => returnsOf(each).flatMap((returned) => this.#words(returned)))
  }

  // What was taken out of another object was counted where it was put in; its default was not.
  #bound({ init }: Bound, { around, module }: Placed): readonly string[] {
    return init === undefined ? [] : this.#words({ node: init, around, module })
  }

  #parameter(name: string, scope: Node, place: Placed): readonly string[] | undefined {
    if (!/Function/.test(scope.type)) return undefined
    const parameters = scope['params'] as readonly Node[]
    for (const [index, parameter] of parameters.entries()) {
      const plain = parameter.type === 'AssignmentPattern' ? (parameter['left'] as Node) : parameter
      if (plain.type === 'Identifier' && nameOf(plain) === name) return this.#arguments(scope, index, place)
      const taken = boundBy(plain).find((bound) => bound.name === name)
      if (taken !== undefined) return hintKeys.has(taken.key) ? [] : [`\${${taken.name}}`]
    }
    return undefined
  }

  #arguments(scope: Node, index: number, place: Placed): readonly string[] {
    const called = nameOf(scope['id'])
    const parameter = (scope['params'] as readonly Node[])[index]
    const fallback = parameter?.type === 'AssignmentPattern' ? [parameter['right'] as Node] : []
    const calls = this.#calls.filter(({ node }) => called !== '' && nameOf(node['callee']) === called)
    if (calls.length === 0) throw untraceable(place)
    return [
      ...calls.flatMap(({ node, around, module }) => {
        const given = (node['arguments'] as readonly Node[])[index]
        return given === undefined ? [] : this.#words({ node: given, around: [node, ...around], module })
      }),
      ...fallback.flatMap((node) => this.#words({ ...place, node })),
    ]
  }
}

interface Bound {
  readonly name: string
  readonly key: string
  readonly init: Node | undefined
}

// The names of a pattern such as `{ hint, remedy: fix = look }`.
function boundBy(pattern: Node): readonly Bound[] {
  if (pattern.type !== 'ObjectPattern') return []
  return (pattern['properties'] as readonly Node[]).flatMap((property) => {
    const value = (property['value'] as Node | null | undefined) ?? undefined
    if (value === undefined) return []
    const [target, init] =
      value.type === 'AssignmentPattern' ? [value['left'] as Node, value['right'] as Node] : [value, undefined]
    return [{ name: nameOf(target), key: nameOf(property['key']), init }, ...boundBy(target)]
  })
}

// The variables that a block, a program or a function's body declares by itself.
function declaratorsIn(scope: Node): readonly { readonly id: Node; readonly init: Node | undefined }[] {
  const statements = Array.isArray(scope['body']) ? (scope['body'] as readonly Node[]) : []
  return statements
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? (statement['declaration'] as Node) : statement))
    .filter((statement) => statement?.type === 'VariableDeclaration')
    .flatMap((statement) => statement['declarations'] as readonly Node[])
    .map((declarator) => ({ id: declarator['id'] as Node, init: (declarator['init'] as Node | null) ?? undefined }))
}

function returnsOf({ node, around, module }: Placed): readonly Placed[] {
  const inside = [...walk({ node: node['body'] as Node, around: [node, ...around], module })]
  return inside
    .filter((placed) => placed.node.type === 'ReturnStatement' && isNode(placed.node['argument']))
    .map((placed) => ({ ...placed, node: placed.node['argument'] as Node, around: [placed.node, ...placed.around] }))
}

function isNamed({ node, module }: Placed, name: string, caller: Module): boolean {
  return module === caller && nameOf(node['id']) === name
}

function nameOf(node: unknown): string {
  return isNode(node) && typeof node['name'] === 'string' ? node['name'] : ''
}

function untraceable({ node, module }: Placed): Error {
  const line = module.source.slice(0, node.start).split('\n').length
  const source = module.source.slice(node.start, node.end)
  return new Error(`${module.file}:${line}: the words of this hint cannot be traced: ${source}`)
}

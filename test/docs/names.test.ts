import { readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'
import { expect, it } from 'vitest'
import { listSources } from '../support/sources/source-imports.ts'

type Body = ReturnType<typeof parseAst>['body']

/** The names that a file exports and declares itself; what it only passes on belongs to another file. */
function exportedNames(text: string): readonly string[] {
  const { body } = parseAst(text, { lang: 'ts' })
  const imported = importedNames(body)
  const names = body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.source !== null) return []
    const listed = statement.specifiers.flatMap(({ local, exported }) =>
      nameOf(local).some((name) => imported.has(name)) ? [] : nameOf(exported),
    )
    return [...declaredNames(statement.declaration), ...listed]
  })
  return [...new Set(names)]
}

function importedNames(body: Body): ReadonlySet<string> {
  const imports = body.flatMap((statement) => (statement.type === 'ImportDeclaration' ? statement.specifiers : []))
  return new Set(imports.flatMap(({ local }) => nameOf(local)))
}

function declaredNames(declaration: object | null): readonly string[] {
  if (declaration === null) return []
  if ('declarations' in declaration && Array.isArray(declaration.declarations)) {
    return declaration.declarations.flatMap(({ id }) => nameOf(id))
  }
  return 'id' in declaration ? nameOf(declaration.id) : []
}

function nameOf(node: unknown): readonly string[] {
  const isNamed = typeof node === 'object' && node !== null && 'name' in node && typeof node.name === 'string'
  return isNamed ? [String(node.name)] : []
}

/** Each name that stands for two things, with the files that have it. */
function findTwice(sources: ReadonlyMap<string, string>): readonly string[] {
  const places = new Map<string, string[]>()
  for (const [file, text] of sources) {
    for (const name of exportedNames(text)) places.set(name, [...(places.get(name) ?? []), file])
  }
  return [...places].filter(([, files]) => files.length > 1).map(([name, files]) => `${name}: ${files.join(', ')}`)
}

function readSources(): ReadonlyMap<string, string> {
  const files = listSources().filter((file) => !file.endsWith('_pb.ts'))
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
}

it('no two files of src export the same name', () => {
  expect(findTwice(readSources())).toEqual([])
})

it('the same name of two things would be seen, also of a type and a function', () => {
  const declared = new Map([
    ['a.ts', 'export interface Place { x: 1 }\nexport const [one, two] = [1, 2]\nexport const three = 3'],
    ['b.ts', 'export function Place() {}\nconst three = 4\nexport { three }'],
  ])
  expect(findTwice(declared)).toEqual(['Place: a.ts, b.ts', 'three: a.ts, b.ts'])
})

it('a name that is only passed on does not stand twice', () => {
  const passing = new Map([
    ['a.ts', 'export const one = 1\nexport class Two {}'],
    ['b.ts', "export { one } from './a.ts'\nimport { Two } from './a.ts'\nexport { Two }\nconst one = 2"],
    ['c.ts', "export * from './a.ts'\nexport type { Two } from './a.ts'"],
  ])
  expect(findTwice(passing)).toEqual([])
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listSources, readImports } from '../support/sources/source-imports.ts'

const page = readFileSync('docs/ARCHITECTURE.md', 'utf8')

/** What stands in the first column of the table below a text: what is set as code there. */
function firstColumn(before: string): readonly string[] {
  const after = page.slice(page.indexOf(before) + before.length)
  const [table = ''] = /(?:^\|.*\n)+/m.exec(after) ?? []
  return table
    .split('\n')
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))
}

/** The rows of the table below a heading that name code. */
function rowsBelow(heading: string): readonly string[] {
  const [, after = ''] = page.split(`\n${heading}\n`)
  const [section = ''] = after.split(/^## /m)
  return section.split('\n').filter((row) => /^\| .*`/.test(row))
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? ''
}

describe('docs/ARCHITECTURE.md', () => {
  it('names every room, and no other', () => {
    const rooms = readdirSync('src').map((room) => `src/${room}`)
    expect(firstColumn('\n## Rooms\n').toSorted()).toEqual(rooms.toSorted())
  })

  it('names every room within cli', () => {
    const rooms = readdirSync('src/cli', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of rooms) expect(page).toContain(`\`${name}\``)
  })

  it.each([
    ['init', 'src/setup/signer/plan-init.ts'],
    ['join', 'src/setup/join/plan-join.ts'],
    ['adopt', 'src/setup/signer/plan-adopt.ts'],
    ['recover', 'src/setup/recover/plan-recover.ts'],
  ])('has the stages of %s, in their order', (command, file) => {
    const stages = [...readFileSync(file, 'utf8').matchAll(/\{ id: '([\w-]+)'/g)].map(([, id]) => id)
    expect(stages.length).toBeGreaterThan(4)
    expect(firstColumn(`\n**${command}.**`)).toEqual(stages)
  })

  it('gives a reason for every package that is needed at run time, and for no other', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(firstColumn('\n## Dependencies at run time\n').toSorted()).toEqual(Object.keys(dependencies).toSorted())
  })

  it('names every program that is run', () => {
    const run = /(?:\b(?:runProgram|run|spawn)\(|\bcommand: )'([a-z-]+)'/g
    const programs = new Set(
      listSources().flatMap((file) => [...readFileSync(file, 'utf8').matchAll(run)].map(([, name]) => name)),
    )
    expect(programs.size).toBeGreaterThan(8)
    const named = page.slice(page.indexOf('Programs of the host that are run'))
    for (const program of programs) expect(named).toMatch(new RegExp(`\`${program}[ \`]`))
  })
})

describe('docs/ARCHITECTURE.md, the picture of the floors', () => {
  const floors = [...page.matchAll(/^ [a-z]+ *│(.*)│$/gm)].map(([, cells = '']) =>
    cells.split('│').map((cell) => cell.trim().split(' ')[0] ?? ''),
  )
  const floorOf = (room: string): number => floors.length - floors.findIndex((rooms) => rooms.includes(room))

  it('shows every room once', () => expect(floors.flat().toSorted()).toEqual(readdirSync('src').toSorted()))

  it('stands: what a room imports is on a floor below it', () => {
    const arrows = listSources().flatMap((file) =>
      readImports(file, readFileSync(file, 'utf8')).map((one) => [roomOf(file), roomOf(one.file)] as const),
    )
    expect(arrows.length).toBeGreaterThan(500)
    expect(arrows.filter(([from, to]) => from !== to && floorOf(from) <= floorOf(to))).toEqual([])
  })
})

describe('docs/ARCHITECTURE.md, "Where do I find"', () => {
  const rows = rowsBelow('## Where do I find')

  it('answers what a newcomer asks', () => expect(rows.length).toBeGreaterThanOrEqual(20))

  it.each(rows)('%s', (row) => {
    const paths = [...row.matchAll(/`(src\/[\w/.-]+)`/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
    for (const [, name = '', file = ''] of row.matchAll(/`(\w+)` in `([\w/.-]+)`/g)) {
      expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^export .*\\b${name}\\b`, 'm'))
    }
  })
})

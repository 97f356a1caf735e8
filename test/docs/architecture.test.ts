import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = readFileSync('docs/ARCHITECTURE.md', 'utf8')

/** What stands in the first column of the table below a text: what is set as code there. */
function firstColumn(before: string): readonly string[] {
  const after = page.slice(page.indexOf(before) + before.length)
  const [table = ''] = /(?:^\|.*\n)+/m.exec(after) ?? []
  return table
    .split('\n')
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))
}

function sources(): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(`src/${name}`, 'utf8'))
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
    const programs = new Set(sources().flatMap((text) => [...text.matchAll(run)].map(([, name]) => name)))
    expect(programs.size).toBeGreaterThan(8)
    const named = page.slice(page.indexOf('Programs of the host that are run'))
    for (const program of programs) expect(named).toMatch(new RegExp(`\`${program}[ \`]`))
  })
})

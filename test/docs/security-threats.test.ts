import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const text = readFileSync('docs/SECURITY.md', 'utf8')

/** The rows of the table below a heading, without its head. */
function readTable(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |(?: \|)$/g, '')))
}

describe('docs/SECURITY.md', () => {
  const threats = readTable('Threats')

  it('names the threats', () => {
    expect(threats.length).toBeGreaterThan(25)
  })

  it.each(threats)('%s: is answered, and a test shows it', (...row) => {
    expect(row).toHaveLength(3)
    const named = [...(row[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    const tests = named.filter((name) => /^(src|test)\/[\w./*-]+$/.test(name))
    const commands = named.filter((name) => name.startsWith('npm run '))
    expect(tests.length + commands.length).toBeGreaterThan(0)
    expect(tests.filter((path) => globSync(path).length === 0)).toEqual([])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A command says what is typed and what is printed; what it does stands in the rooms below. */
const mostLines = 110
const mostLinesTogether = 2800

const room = join(import.meta.dirname, '../../src/cli')
const sizes = readdirSync(room, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => ({ name, lines: readFileSync(join(room, name), 'utf8').split('\n').length - 1 }))

/** The files that one of the commands' own folders holds. */
function filesIn(folder: string): readonly string[] {
  return sizes.map(({ name }) => name).filter((name) => name.startsWith(`${folder}/`))
}

describe('the command line', () => {
  it('has files of a page or two', () => {
    expect(sizes.filter(({ lines }) => lines > mostLines)).toEqual([])
  })

  it('is small as a whole', () => {
    expect(sizes.reduce((sum, { lines }) => sum + lines, 0)).toBeLessThanOrEqual(mostLinesTogether)
  })

  it.each(['host', 'signer', 'master', 'anywhere', 'daemon'])(
    'has commands for each place where they are typed: %s',
    (folder) => {
      expect(filesIn(folder)).not.toEqual([])
    },
  )

  it.each(filesIn('commands'))('imports what runs a command when it is run, and not for its help: %s', (name) => {
    const text = readFileSync(join(room, name), 'utf8')
    const loaded = [...text.matchAll(/^import (?!type )[^']*'([^']+)'/gm)].map(([, from]) => from)
    const runners = loaded.filter((from) => /^\.\.\/(?:host|signer|master|anywhere|daemon)\//.test(String(from)))
    expect(runners).toEqual([])
  })
})

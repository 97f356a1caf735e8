import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { helpBelow } from '../../scripts/man-page.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { knownPrograms, refusalOfWords, signetCalls } from '../support/hints/typed-line.ts'

const program = buildProgram(() => Promise.resolve())

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

/** The lines of help that are examples, with the command whose help it is. */
const examples = leavesOf(program).flatMap((command) => {
  const [, lines = ''] = /^Examples?:\n((?: {2}.+\n?)+)/m.exec(helpBelow(command)) ?? []
  return lines.split('\n').flatMap((line) => (line.trim() === '' ? [] : [[command.name(), line.trim()] as const]))
})

it('there are examples of every command', () => {
  expect(new Set(examples.map(([name]) => name))).toEqual(new Set(leavesOf(program).map((command) => command.name())))
})

it.each(examples)('the example of %s is taken by the command line: %s', async (name, line) => {
  const calls = signetCalls(line)
  // Of a daemon it may be what shows it.
  if (calls.length === 0) expect(knownPrograms, line).toContain(line.split(' ')[0])
  for (const words of calls) {
    const [first = '', second = ''] = words
    // One of several may go without its name: `signet joins`.
    const named = [first, second].includes(name) || program.commands.find((each) => each.name() === first) !== undefined
    expect(named, line).toBe(true)
    expect(await refusalOfWords(words), line).toBeUndefined()
  }
})

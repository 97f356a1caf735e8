import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { helpBelow, manPageName } from '../../scripts/man-page.ts'
import { buildProgram } from '../../src/cli/program.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-man-'))
const script = join(import.meta.dirname, '../../scripts/man-pages.ts')
const program = buildProgram(() => Promise.resolve())

beforeAll(() => {
  execFileSync(process.execPath, [script, directory], { env: { ...process.env, SOURCE_DATE_EPOCH: '1735689600' } })
})

afterAll(() => rmSync(directory, { recursive: true }))

/** The text of a page with roff's hyphens made plain. */
function readPage(command: Command): string {
  return readFileSync(join(directory, `${manPageName(command)}.1`), 'utf8')
    .replaceAll('\\-', '-')
    .replaceAll('\\[u2026]', '\u2026')
}

/** A command and all below it. */
function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

describe('the man pages', () => {
  it('are one of signet and one of each command', () => {
    const names = [program, ...program.commands].map((command) => `${manPageName(command)}.1`)
    expect(readdirSync(directory).toSorted()).toEqual(names.toSorted())
    for (const command of program.commands) expect(readPage(program)).toContain(`.B signet ${command.name()}\n`)
  })

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    'hold every option, argument and subcommand of %s',
    (_name, command) => {
      const page = readPage(command)
      for (const each of withSubcommands(command)) {
        for (const { flags } of each.options) expect(page).toContain(`\n.B ${flags}\n`)
        for (const argument of each.registeredArguments) expect(page).toContain(argument.name())
        expect(page).toContain(`signet ${command === each ? '' : `${command.name()} `}${each.name()}`)
      }
    },
  )

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    'change no letter of what the help of %s says',
    (_name, command) => {
      const lines = new Set(readPage(command).replaceAll('\\&', '').split('\n'))
      for (const each of withSubcommands(command)) {
        const texts = [each.description(), ...each.registeredArguments.map(({ description }) => description)]
        for (const text of texts.filter((one) => one !== '')) expect(lines).toContain(text)
        for (const { description, defaultValue } of each.options) {
          const hasDefault = defaultValue !== undefined && defaultValue !== false
          expect(lines).toContain(
            hasDefault ? `${description} (default: ${[defaultValue].flat().join(' ')})` : description,
          )
        }
      }
    },
  )

  it('show values as they are typed, in the hands of whoever formats the page', () => {
    const request = program.commands.find((command) => command.name() === 'request')
    const page = readPage(request ?? program)
    for (const value of ['kubemaster-<id>', 'p256, p384, p521, rsa or ed25519']) expect(page).toContain(`\n${value}`)
    expect(page).not.toMatch(/Kubemaster|P256/)
  })

  it.each(
    program.commands
      .flatMap(withSubcommands)
      .filter(({ commands }) => commands.length === 0)
      .map((command) => [command.name(), command] as const),
  )('have an example of %s, which its help has too', (_name, command) => {
    const examples = /^Examples?:\n((?: {2}.+\n?)+)/m.exec(helpBelow(command))?.[1]
    expect(examples).toBeDefined()
    const page = readPage(command.parent === program ? command : (command.parent ?? command))
    for (const line of (examples ?? '').trim().split('\n')) expect(page).toContain(line.trim())
  })

  it('are the same for the same source', () => {
    expect(readPage(program)).toContain('.TH signet 1 2025-01-01 ')
  })

  const lint = ['mandoc', 'groff'].find((candidate) => spawnSync(candidate, ['--version']).error === undefined)
  it.skipIf(lint === undefined && process.env['CI'] === undefined)('are well-formed by mandoc or groff', () => {
    for (const page of readdirSync(directory)) {
      const file = join(directory, page)
      const [program, args] =
        lint === 'mandoc' ? ['mandoc', ['-Tlint', '-Wwarning', file]] : ['groff', ['-man', '-Tutf8', '-ww', '-z', file]]
      const { status, stdout, stderr } = spawnSync(program as string, args as string[], { encoding: 'utf8' })
      expect([page, status, stdout, stderr]).toEqual([page, 0, '', ''])
    }
  })
})

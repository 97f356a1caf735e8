import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { documents, readCode } from '../support/docs/read-document.ts'

const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts)
const program = buildProgram(() => Promise.resolve())

/** What a command line of ours says that the program would not understand. */
function findUnknown(line: string): readonly string[] {
  const [, said = ''] = /(?:^|[\s/;'`])(?:npx )?signet ((?:(?!&&|[|;#>)'`]).)*)/.exec(line) ?? []
  const [own = '', ...afterDashes] = said.split(' -- ')
  const [name = '', ...words] = own.trim().split(/\s+/)
  // A sentence that begins with the program's name, or a placeholder; `help` is no command of its own.
  if (!/^[a-z][a-z-]+$/.test(name) || name === 'help') return []
  const command = find(program, name)
  if (command === undefined) return [`no command ${name}: ${line}`]
  const inner = find(command, words[0] ?? '')
  const known = [command, ...(inner === undefined ? [] : [inner])].flatMap(({ options }) => options)
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0])
  const unknown = options.filter((option) => option !== '--help' && !known.some(({ long }) => long === option))
  return afterDashes.length > 0 && name !== 'etcdctl' ? [line] : unknown.map((option) => `${option}: ${line}`)
}

function find(command: Command, name: string): Command | undefined {
  return command.commands.find((candidate) => candidate.name() === name)
}

describe.each(documents)('%s', (file) => {
  const text = readFileSync(file, 'utf8')
  const code = readCode(file)

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    expect(links.filter((target) => !existsSync(join(dirname(file), target)))).toEqual([])
  })

  it('names files of this repository that exist', () => {
    const paths = code.filter((span) => /^(src|test|scripts|bench|demo|docs|packaging)\/[\w./*-]+$/.test(span))
    expect(paths.filter((path) => globSync(path).length === 0)).toEqual([])
  })

  it('names commands of this repository that exist', () => {
    const named = code.flatMap((line) => [...line.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name))
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })

  it('names units that the packages bring', () => {
    const named = code.flatMap((line) => line.match(/\bsignet-[a-z-]+\.(?:service|socket|timer)\b/g) ?? [])
    expect(named.filter((unit) => !existsSync(join('packaging/units', unit)))).toEqual([])
  })

  it('types commands and options that the program knows', () => {
    expect(code.flatMap(findUnknown)).toEqual([])
  })
})

it('a command or an option that the program does not know would be seen', () => {
  expect(findUnknown('signet joyn --signer-ip=192.0.2.11')).toHaveLength(1)
  expect(findUnknown('ssh x; signet join --signer=192.0.2.11')).toEqual([
    '--signer: ssh x; signet join --signer=192.0.2.11',
  ])
  expect(findUnknown('signet member remove NAME --jsn')).toHaveLength(1)
})

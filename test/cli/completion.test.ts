import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { parseKeyType } from '../../src/client/pair/client-key.ts'
import { choices } from '../../src/core/completion/completed-command.ts'
import { formatCompletion } from '../../src/core/completion/format-completion.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { TypedShell } from '../support/shell/typed-shell.ts'
import { syncRefusalOf } from '../support/sync-refusal.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-test-'))
const program = buildProgram(() => new Promise(() => {}))
const script = (shell: string): string => join(directory, `signet.${shell}`)
/** What somebody who breaks etcd may call a member, and what must not happen. */
const hostileNames = ['$(touch hostile)', '`touch hostile`', 'a b; touch hostile', '"etcd-9"']

beforeAll(() => {
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(script(shell), formatCompletion(shell, program))
  mkdirSync(join(directory, 'a directory/inner'), { recursive: true })
  writeFileSync(join(directory, 'a file'), '')
  const names = ['etcd-1', 'etcd-2', ...hostileNames]
  const members = JSON.stringify({ members: names.map((name) => ({ name })) }).replaceAll("'", '')
  // A signet that answers at once: what is tried here is the shell.
  writeFileSync(join(directory, 'signet'), `#!/bin/sh\ncat <<'END'\n${members}\nEND\n`, { mode: 0o755 })
})
afterAll(() => rmSync(directory, { recursive: true }))

const environment = { ...process.env, PATH: `${directory}:${process.env['PATH']}` }

/** What bash offers behind these words, of which readline has taken `=` for one. */
function inBash(...words: readonly string[]): readonly string[] {
  const line = `. ${script('bash')}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _signet; printf '%s\\n' "\${COMPREPLY[@]}"`
  const offered = execFileSync('bash', ['--norc', '-euc', line, 'bash', 'signet', ...words], {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
  })
  return offered.split('\n').filter((word) => word !== '')
}

/** Types a line into a shell of a person, which knows the completion, and presses Tab twice. */
async function expectOffered(shell: string, setUp: string, line: string, offered: RegExp): Promise<void> {
  const typed = new TypedShell(shell, { cwd: directory, env: { ...environment, HOME: directory, TERM: 'xterm' } })
  try {
    typed.type(`${setUp}; echo re''ady\n`)
    expect(await typed.shown(/^ready$/m)).toMatch(/^ready$/m)
    typed.type(`${line}\t\t`)
    expect(await typed.shown(offered)).toMatch(offered)
  } finally {
    await typed.end()
  }
  expect(readdirSync(directory)).not.toContain('hostile')
}

const tops = program.commands.map((command) => command.name())

describeWith('bash', 'the completion of bash', () => {
  it('offers every command, and those below one', () => {
    expect(inBash('').toSorted()).toEqual(tops.toSorted())
    expect(inBash('sta')).toEqual(['status'])
    expect(inBash('member', '')).toEqual(['list', 'remove'])
    expect(inBash('bogus', '')).toEqual(inBash(''))
  })

  it('does so where the shell parts words elsewhere than at spaces', () => {
    const line = `. ${script('bash')}; IFS=$'\\n'; COMP_WORDS=(signet sta); COMP_CWORD=1; _signet; printf '%s|' "\${COMPREPLY[@]}"`
    expect(execFileSync('bash', ['--norc', '-euc', line], { encoding: 'utf8' })).toBe('status|')
  })

  it.each(program.commands.flatMap((command) => [command, ...command.commands]).map((command) => [command] as const))(
    'offers the options of each: %#',
    (command) => {
      const path = command.parent === program ? [command.name()] : [command.parent?.name() ?? '', command.name()]
      const longs = command.options.map(({ long }) => long)
      expect(inBash(...path, '--').toSorted()).toEqual([...longs, '--help'].toSorted())
    },
  )

  it('offers no option twice, but for those that may be', () => {
    expect(inBash('status', '--json', '--j')).toEqual([])
    expect(inBash('init', '--network', 'a', '--netw')).toEqual(['--network'])
  })

  it('offers directories, files and values, also behind =', () => {
    expect(inBash('status', '--dir', 'a')).toEqual(['a directory'])
    expect(inBash('status', '--dir', '=', 'a')).toEqual(['a directory'])
    expect(inBash('status', '--dir', '=')).toEqual(['a directory'])
    expect(inBash('adopt', '--ca-key', 'a').toSorted()).toEqual(['a directory', 'a file'])
    expect(inBash('etcd', 'use', 'a')).toEqual(['a directory'])
    expect(inBash('request', '--key-type', 'p')).toEqual(['p256', 'p384', 'p521'])
    expect(inBash('init', '--endpoint', '=', '')).toEqual(['openssh', 'embedded'])
    expect(inBash('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(inBash('status', '--signer-ip', '')).toEqual([])
  })

  it('offers members by name, and runs nothing that a name says', () => {
    for (const path of [
      ['member', 'remove'],
      ['joins', 'release'],
    ]) {
      expect(inBash(...path, 'etcd-')).toEqual(['etcd-1', 'etcd-2'])
      expect(inBash(...path, '$')).toEqual([])
    }
    expect(execFileSync('ls', [directory], { encoding: 'utf8' })).not.toContain('hostile')
  })

  it("leaves etcdctl's own words alone", () => {
    expect(inBash('etcdctl', '--', 'sta')).toEqual([])
  })

  it('is taken by bash as the package installs it', () => {
    expect(spawnSync('bash', ['-n', script('bash')]).status).toBe(0)
  })
})

describeWith('zsh', 'the completion of zsh', () => {
  it('is taken by zsh, and names every command', () => {
    const { status, stderr } = spawnSync('zsh', ['-n', script('zsh')], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it.each([
    ['signet member ', /list +-- [\s\S]*remove +-- /],
    ['signet request --key-type=p', /p256[\s\S]*p384[\s\S]*p521/],
    ['signet member remove etcd-', /etcd-1[\s\S]*etcd-2/],
    ['signet status --js', /status --json/],
  ])('offers a person what can follow: %s', { timeout: 40_000 }, async (line, offered) => {
    mkdirSync(join(directory, 'functions'), { recursive: true })
    writeFileSync(join(directory, 'functions/_signet'), formatCompletion('zsh', program))
    const own = `fpath=(${directory}/functions $fpath); autoload -U compinit; compinit -u -d ${directory}/zcompdump`
    await expectOffered('zsh -f -i', `${own}; bindkey '^I' complete-word`, line, offered)
  })
})

describeWith('fish', 'the completion of fish', () => {
  const inFish = (line: string): readonly string[] =>
    execFileSync('fish', ['--no-config', '-c', `source ${script('fish')}; complete -C ${JSON.stringify(line)}`], {
      cwd: directory,
      env: { ...environment, HOME: directory },
      encoding: 'utf8',
    })
      .split('\n')
      .flatMap((found) => (found === '' ? [] : [found.split('\t')[0] ?? '']))

  it('offers commands, options, values and members', () => {
    expect(inFish('signet ').toSorted()).toEqual(tops.toSorted())
    expect(inFish('signet member ').toSorted()).toEqual(['list', 'remove'])
    expect(inFish('signet request --key-type p')).toEqual(['p256', 'p384', 'p521'])
    expect(inFish('signet member remove etcd-').toSorted()).toEqual(['etcd-1', 'etcd-2'])
    expect(inFish('signet status --js')).toEqual(['--json'])
  })
})

describeWith('fish', 'the completion of fish at a terminal', () => {
  it.each([
    ['signet member ', /list[\s\S]*remove/],
    ['signet member remove etcd-', /etcd-1[\s\S]*etcd-2/],
  ])('offers a person what can follow: %s', { timeout: 40_000 }, async (line, offered) => {
    await expectOffered('fish --no-config', `source ${script('fish')}`, line, offered)
  })
})

describeWith('bash', 'the completion of bash at a terminal', () => {
  it.each([
    ['signet member ', /list +remove/],
    ['signet request --key-type=p', /p256 +p384 +p521/],
    ['signet member remove etcd-', /etcd-1 +etcd-2/],
    ['signet status --js', /status --json $/],
    ['signet status --dir a', /a\\ directory\//],
  ])('offers a person what can follow: %s', { timeout: 40_000 }, async (line, offered) => {
    await expectOffered('bash --norc', `. ${script('bash')}`, line, offered)
  })
})

describe('what is offered', () => {
  it('is refused by no command', () => {
    for (const type of choices['--key-type'] ?? []) expect(() => parseKeyType(type)).not.toThrow()
    for (const shell of choices['<shell>'] ?? []) expect(() => formatCompletion(shell, program)).not.toThrow()
  })

  it('is nothing for a shell that there is no completion for', () => {
    const { code, hint } = syncRefusalOf(() => formatCompletion('tcsh', program))
    const named = /: signet completion ([a-z]+); or ([a-z]+), or ([a-z]+)$/.exec(hint ?? '')?.slice(1) ?? []
    expect([code, named]).toEqual(['usage', choices['<shell>']])
    for (const shell of named) expect(formatCompletion(shell, program)).toContain(`signet completion ${shell}`)
  })
})

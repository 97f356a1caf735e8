import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { checks } from '../../src/diagnosis/checks.ts'
import { documentedJson, jsonPage, shapeOf } from '../support/docs/json-page.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'

const checkout = join(import.meta.dirname, '../..')
const sandbox = new SandboxFixture()

const asking = 'request --signer-ip signer --ssh-config sandbox/ssh_config --name kubemaster-1'

describe.skipIf(findEtcd() === undefined)('what --json prints is what docs/JSON.md says', () => {
  beforeAll(() => sandbox.start('--members', '2'), 60_000)
  afterAll(() => sandbox.stop())

  it.each([
    ['request', `${asking} --dir master --json`],
    ['renew', 'renew --dir master --json'],
    ['kubeadm-config', 'kubeadm-config --dir master --json'],
    ['status', 'status --sandbox sandbox --json'],
    ['version', 'version --json'],
    ['member list', 'member list --sandbox sandbox --json'],
    ['snapshot save', 'snapshot save --sandbox sandbox --to=saved.db --json'],
    ['snapshot verify', 'snapshot verify saved.db --ca sandbox/pki/ca.crt --json'],
    ['snapshot drill', 'snapshot drill saved.db --sandbox sandbox --json'],
    ['doctor', 'doctor --dir master --signer-ip 127.0.0.1 --port 1 --json'],
    ['member remove', 'member remove etcd-2 --sandbox sandbox --json'],
  ])('by %s', async (command, line) => {
    const { stdout, stderr } = await sandbox.signet(line)
    expect(stdout, stderr).not.toBe('')
    const printed = JSON.parse(stdout)
    // Findings that ask for nothing have neither of the two; the page says so.
    if (command === 'status') for (const finding of printed.findings) delete finding.why
    if (command === 'status') for (const finding of printed.findings) delete finding.fix
    expect(shapeOf(printed)).toEqual(shapeOf(documentedJson(command)))
  })

  it.each(['renew', 'kubeadm-config'])('a failure of %s leaves standard output empty', async (command) => {
    const { status, stdout, stderr } = await sandbox.signet(`${command} --dir /nowhere --json`)
    expect([status, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(/^signet: error: .+\nsignet: hint: .+\n$/)
  })

  it('by a dry run', async () => {
    const { stdout } = await sandbox.signet(`${asking} --dir dry --dry-run --json`)
    const { name, pin, clockSkewMs, endpoints, paths } = documentedJson('request') as Record<string, unknown>
    expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf({ name, pin, clockSkewMs, endpoints, paths, key: 'make' }))
  })
})

it('every check has its line in docs/JSON.md, and no other does', () => {
  const sources = readdirSync(join(checkout, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(checkout, 'src', name), 'utf8'))
  const found = sources.flatMap((text) => [
    ...[...text.matchAll(/\bcheck(?:: | = )'([a-z-]+)'/g)].map(([, check]) => check),
    ...[...text.matchAll(/\b(?:well|failed)\('([a-z-]+)'/g)].map(([, check]) => check),
  ])
  const table = jsonPage.slice(jsonPage.indexOf('| check |'), jsonPage.indexOf('## request'))
  const listed = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z-]+/g) ?? [])
  expect(new Set(listed)).toEqual(new Set(found))
  expect(listed.toSorted()).toEqual(
    Object.values(checks)
      .flatMap(({ finds }) => finds)
      .toSorted(),
  )
})

it('every command that has --json has its section in docs/JSON.md', () => {
  const known = jsonCommands(
    buildProgram(() => Promise.resolve()),
    '',
  )
  expect(known.length).toBeGreaterThan(8)
  for (const command of known) expect(() => documentedJson(command)).not.toThrow()
})

function jsonCommands(command: Command, name: string): readonly string[] {
  const own = command.options.some(({ long }) => long === '--json') ? [name] : []
  return [...own, ...command.commands.flatMap((inner) => jsonCommands(inner, `${name} ${inner.name()}`.trim()))]
}

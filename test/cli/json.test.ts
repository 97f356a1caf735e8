import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/find-etcd.ts'
import { SandboxFixture } from '../support/sandbox-fixture.ts'

const checkout = join(import.meta.dirname, '../..')
const page = readFileSync(join(checkout, 'docs/JSON.md'), 'utf8')
const sandbox = new SandboxFixture()

/** The example of a command. */
function documented(command: string): unknown {
  const text = new RegExp(`^\`\`\`json ${command}\\n([\\s\\S]*?)\\n\`\`\`$`, 'm').exec(page)?.[1]
  if (text === undefined) throw new Error(`docs/JSON.md has no example of ${command}`)
  return JSON.parse(text)
}

/** The names and kinds of fields; of a list those of all its entries together. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(merge)]
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shapeOf(field)]))
}

function merge(one: unknown, other: unknown): unknown {
  return typeof one === 'object' && typeof other === 'object' ? { ...one, ...other } : one
}

const asking = 'request --signer-ip leader --ssh-config sandbox/ssh_config --name kubemaster-1'

describe.skipIf(findEtcd() === undefined)('what --json prints is what docs/JSON.md says', () => {
  beforeAll(() => sandbox.start(), 60_000)
  afterAll(() => sandbox.stop())

  it.each([
    ['request', `${asking} --dir master --json`],
    ['renew', 'renew --dir master --json'],
    ['kubeadm-config', 'kubeadm-config --dir master --json'],
    ['status', 'status --sandbox sandbox --json'],
    ['doctor', 'doctor --dir master --signer-ip 127.0.0.1 --port 1 --json'],
  ])('by %s', async (command, line) => {
    const { stdout, stderr } = await sandbox.signet(line)
    expect(stdout, stderr).not.toBe('')
    const printed = JSON.parse(stdout)
    // Findings that ask for nothing have neither of the two; the page says so.
    if (command === 'status') for (const finding of printed.findings) delete finding.why
    if (command === 'status') for (const finding of printed.findings) delete finding.fix
    expect(shapeOf(printed)).toEqual(shapeOf(documented(command)))
  })

  it('by a dry run', async () => {
    const { stdout } = await sandbox.signet(`${asking} --dir dry --dry-run --json`)
    const { name, pin, clockSkewMs, endpoints, paths } = documented('request') as Record<string, unknown>
    expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf({ name, pin, clockSkewMs, endpoints, paths, key: 'make' }))
  })
})

it('every check has its line in docs/JSON.md, and no other does', () => {
  const sources = readdirSync(join(checkout, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(checkout, 'src', name), 'utf8'))
  const found = sources.flatMap((text) => [
    ...[...text.matchAll(/\bcheck(?:: | = )'([a-z-]+)'/g)].map(([, check]) => check),
    ...[...text.matchAll(/\b(?:unknown|failed)\('([a-z-]+)'/g)].map(([, check]) => check),
  ])
  const table = page.slice(page.indexOf('| check |'), page.indexOf('## request'))
  const listed = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = '']) => cell.match(/[a-z-]+/g) ?? [])
  expect(new Set(listed)).toEqual(new Set(found))
})

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** The arrows of docs/ARCHITECTURE: what each room may import. Every other pair of rooms is forbidden. */
const materials = ['protocol', 'x509', 'etcd', 'host']
const wings = ['authority', 'endpoint', 'client', 'cluster', 'openssh']
const belowRooms = [...wings, ...materials, 'core']
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ['core'],
  x509: ['core'],
  etcd: ['core'],
  host: ['core'],
  authority: ['protocol', 'x509', 'host', 'core'],
  endpoint: ['protocol', 'x509', 'etcd', 'host', 'core'],
  client: ['protocol', 'x509', 'host', 'core'],
  cluster: ['etcd', 'host', 'core'],
  openssh: ['host', 'core'],
  setup: belowRooms,
  diagnosis: belowRooms,
  recovery: belowRooms,
  sandbox: ['setup', ...belowRooms],
  cli: ['setup', 'diagnosis', 'recovery', 'sandbox', ...belowRooms],
}
const rooms = Object.keys(allowedImports)
const allButCli = rooms.filter((room) => room !== 'cli')
/** Rooms that decide and talk: what is on the disk comes to them through the host. */
const withoutFiles = ['core', ...materials.filter((room) => room !== 'host'), ...wings]

const forbiddenArrows = rooms.flatMap((room) =>
  [...rooms, '../test']
    .filter((other) => other !== room && !allowedImports[room]?.includes(other))
    .map((to) => [room, to]),
)
const allowedArrows = rooms.flatMap((room) => (allowedImports[room] ?? []).map((to) => [room, to]))

const processUses: Readonly<Record<string, string>> = {
  argv: 'export const use = process.argv',
  env: "export const use = process.env['HOME']",
  'optional-env': 'export const use = process?.env',
  'taken-apart': 'const { env } = process\nexport const use = env',
  computed: "const name = 'env'\nexport const use = process[name]",
  exit: 'export const use = () => process.exit(1)',
  'exit-code': 'process.exitCode = 1\nexport const use = 1',
  module: "import { env } from 'node:process'\nexport const use = env",
}

const canary = new Map<string, string>()
let layoutDir = ''
let refused: ReadonlySet<string> = new Set()

/** Declares one file of the canary and answers with its path, which is what the linter will or will not refuse. */
function plant(path: string, text: string): string {
  canary.set(path, `${text}\n`)
  return path
}

beforeAll(() => {
  layoutDir = mkdtempSync(join(tmpdir(), 'signet-rooms-'))
  cpSync('biome.json', join(layoutDir, 'biome.json'))
  cpSync('scripts/lint', join(layoutDir, 'scripts/lint'), { recursive: true })
  for (const [path, text] of canary) {
    mkdirSync(dirname(join(layoutDir, path)), { recursive: true })
    writeFileSync(join(layoutDir, path), text)
  }
  refused = lintedAsErrors(layoutDir)
})

afterAll(() => rmSync(layoutDir, { recursive: true, force: true }))

function lintedAsErrors(dir: string): ReadonlySet<string> {
  const biome = join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome')
  const args = [
    biome,
    'lint',
    '--vcs-enabled=false',
    '--diagnostic-level=error',
    '--max-diagnostics=none',
    '--reporter=github',
    'src',
  ]
  const output = outputOf(() => execFileSync(process.execPath, args, { cwd: dir, encoding: 'utf8', stdio: 'pipe' }))
  return new Set([...output.matchAll(/file=[^,]*?(src\/[^,]+)/g)].map(([, file]) => String(file)))
}

function outputOf(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout)
  }
}

describe('the linter keeps the rooms apart', () => {
  for (const [from, to] of forbiddenArrows) {
    const name = String(to).replace('../', '')
    const paths = [
      plant(`src/${from}/to-${name}.ts`, `import { x } from '../${to}/x.ts'\nexport const y = x`),
      plant(`src/${from}/type-of-${name}.ts`, `import type { X } from '../${to}/x.ts'\nexport type Y = X`),
      plant(`src/${from}/passing-on-${name}.ts`, `export { x } from '../${to}/x.ts'`),
      plant(`src/${from}/later-${name}.ts`, `export const y = await import('../${to}/x.ts')`),
      plant(`src/${from}/deep/down/to-${name}.ts`, `import { x } from '../../../${to}/deep/x.ts'\nexport const y = x`),
    ]
    it(`${from} may not import ${name}`, () => expect(paths.filter((path) => !refused.has(path))).toEqual([]))
  }

  for (const [from, to] of allowedArrows) {
    const path = plant(`src/${from}/allowed-${to}.ts`, `import { x } from '../${to}/x.ts'\nexport const y = x`)
    it(`${from} may import ${to}`, () => expect(refused).not.toContain(path))
  }
})

describe('the linter keeps the machine behind the host', () => {
  for (const room of rooms.filter((room) => room !== 'host')) {
    const path = plant(`src/${room}/starts.ts`, "import { spawn } from 'node:child_process'\nexport const y = spawn")
    it(`${room} may not start processes`, () => expect(refused).toContain(path))
  }

  for (const room of withoutFiles) {
    const paths = ['node:fs', 'node:fs/promises'].map((from, index) =>
      plant(`src/${room}/writes-${index}.ts`, `import { writeFile } from '${from}'\nexport const y = writeFile`),
    )
    it(`${room} may not write files`, () => expect(paths.filter((path) => !refused.has(path))).toEqual([]))
  }

  const allowed = [
    plant('src/host/starts.ts', "import { spawn } from 'node:child_process'\nexport const y = spawn"),
    plant('src/host/writes.ts', "import { writeFile } from 'node:fs'\nexport const y = [writeFile, process.pid]"),
  ]
  it('host may do both', () => expect(allowed.filter((path) => refused.has(path))).toEqual([]))
})

describe('the linter keeps argv, environment and exit status in the entry point', () => {
  for (const [use, text] of Object.entries(processUses)) {
    const paths = allButCli.map((room) => plant(`src/${room}/process-${use}.ts`, text))
    it(`no room but cli uses ${use}`, () => expect(paths.filter((path) => !refused.has(path))).toEqual([]))
    const allowed = plant(`src/cli/process-${use}.ts`, text)
    it(`cli may use ${use}`, () => expect(refused).not.toContain(allowed))
  }
})

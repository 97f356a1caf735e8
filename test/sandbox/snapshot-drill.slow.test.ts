import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { pathWithTools, SandboxFixture } from '../support/host/sandbox-fixture.ts'

const sandbox = new SandboxFixture()
const inSandbox = (command: string | undefined): string => `${command} --sandbox sandbox`

describe.skipIf(findEtcd() === undefined)('signet snapshot drill', { timeout: 60_000 }, () => {
  beforeAll(() => sandbox.start('--members', '1'), 60_000)
  afterAll(() => sandbox.stop())

  it('says what to do where there is no snapshot, and tries the one that was taken then', async () => {
    const none = await sandbox.signet(inSandbox('snapshot drill'))
    expect(none).toMatchObject({ status: 69, stdout: '' })
    const typed = commandIn(saidHint(none.stderr), /signet (snapshot save);/)
    expect(await sandbox.signet(inSandbox(typed))).toMatchObject({ status: 0 })
    const planned = await sandbox.signet(inSandbox('snapshot drill --dry-run'))
    expect(planned).toMatchObject({ status: 0, stdout: '' })
    expect(planned.stderr).toMatch(/it takes about \d+ s, and \S+ MiB of the disk/)
    const tried = await sandbox.signet(inSandbox('snapshot drill'))
    expect(tried, tried.stderr).toMatchObject({ status: 0 })
    expect(tried.stdout).toMatch(/^keys {7}ok: \d+ saved, \d+ restored$/m)
    expect(readdirSync(join(sandbox.workspace, 'sandbox/snapshots/.drill'))).toEqual([])
  })

  it('wants the identity of an encrypted one, and for no other', async () => {
    writeFileSync(join(sandbox.workspace, 'x.db.age'), 'no age')
    const missing = await sandbox.signet(inSandbox('snapshot drill x.db.age'))
    expect([missing.status, saidHint(missing.stderr)]).toEqual([64, expect.stringContaining('--identity=FILE')])
    expect(await sandbox.signet(inSandbox('snapshot drill x.db --identity k'))).toMatchObject({ status: 64 })
    expect(await sandbox.signet(inSandbox('snapshot drill absent.db'))).toMatchObject({ status: 78 })
  })

  it.skipIf(!hasAge())('tries what age has encrypted, and says who signed it', async () => {
    const { stdout } = await sandbox.signet(inSandbox('snapshot save --json'))
    const { file, revision } = JSON.parse(stdout)
    const [recipient, other] = ['key.txt', 'other.txt'].map(makeKey)
    expect(other).not.toBe(recipient)
    const encrypted = join(dirname(file), `${basename(file)}.age`)
    age(['--encrypt', '--recipient', recipient ?? '', '--output', encrypted, file])
    const drill = `snapshot drill ${encrypted} --json --identity`
    const tried = await sandbox.signet(inSandbox(`${drill} key.txt`))
    expect(tried, tried.stderr).toMatchObject({ status: 0 })
    expect(JSON.parse(tried.stdout)).toMatchObject({ isEncrypted: true, revision, signature: 'good' })
    expect(await sandbox.signet(inSandbox(`${drill} other.txt`))).toMatchObject({ status: 65, stdout: '' })
    expect(readdirSync(join(sandbox.workspace, 'sandbox/snapshots/.drill'))).toEqual([])
  })

  function makeKey(name: string): string {
    const file = join(sandbox.workspace, name)
    execFileSync('age-keygen', ['--output', file], { stdio: 'ignore', env: withTools })
    return execFileSync('age-keygen', ['-y', file], { encoding: 'utf8', env: withTools }).trim()
  }
})

const withTools = { ...process.env, PATH: pathWithTools }

function age(args: readonly string[]): void {
  execFileSync('age', args, { env: withTools })
}

function hasAge(): boolean {
  const isThere = spawnSync('age-keygen', ['--version'], { env: { ...process.env, PATH: pathWithTools } }).status === 0
  if (!isThere) process.stderr.write('skipped: a drill of an encrypted snapshot (age is not installed)\n')
  return isThere || process.env['CI'] !== undefined
}

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'

describe('the directory of a sandbox', () => {
  const sandbox = new SandboxFixture()
  afterAll(() => sandbox.stop())

  it('is not taken from one that runs, even where its authority is dead, and keeps files that others put there', async () => {
    await sandbox.start()
    process.kill(sandbox.description.pids.authority, 'SIGKILL')
    const second = await sandbox.signet('sandbox --dir sandbox')
    expect(second).toMatchObject({ status: 78, stderr: expect.stringContaining('a sandbox is running in') })
    writeFileSync(join(sandbox.directory, 'client.key'), 'mine')
    const { child } = sandbox
    child.kill('SIGKILL')
    await sandbox.until(() => child.signalCode !== null)
    rmSync(join(sandbox.directory, 'sandbox.json'), { force: true })
    await sandbox.start()
    expect(readFileSync(join(sandbox.directory, 'client.key'), 'utf8')).toBe('mine')
  })

  it.each(['/etc/passwd', '/proc/foo'])('is not %s', async (directory) => {
    const refused = await sandbox.signet(`sandbox --dir ${directory}`)
    expect(refused).toMatchObject({ status: 78, stderr: expect.stringContaining(directory) })
  })

  it.each(['a"b', 'a\\b', 'a$b'])('is not %s, which ssh could not be told of', async (name) => {
    const refused = await sandbox.signet(`sandbox --dir '${name}'`)
    expect(refused).toMatchObject({ status: 64, stderr: expect.stringContaining('characters that ssh cannot take') })
    expect(existsSync(join(sandbox.workspace, name))).toBe(false)
  })

  it('is not made for a network that is none', async () => {
    const refused = await sandbox.signet('sandbox --network bogus')
    expect(refused).toMatchObject({ status: 64, stderr: expect.stringContaining('--network') })
  })
})

describe('a directory with blanks and percent signs in its name', () => {
  const sandbox = new SandboxFixture('a %h of %% signs')
  afterAll(() => sandbox.stop())

  it('has an ssh_config that works, and a second member can join', async () => {
    await sandbox.start('--members', '2')
    const { status, stdout, stderr } = await sandbox.run('ssh -F "a %h of %% signs/ssh_config" signer@leader get-peers')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n').toSorted()).toEqual(sandbox.description.members.map(({ clientUrl }) => clientUrl))
    const [line = ''] = /ssh -F .* get-peers$/m.exec(sandbox.said) ?? []
    expect((await sandbox.run(line)).stdout, line).toBe(stdout)
  })
})

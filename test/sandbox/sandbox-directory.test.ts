import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SandboxFixture } from '../support/sandbox-fixture.ts'

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

  it('is not made for a network that is none', async () => {
    const refused = await sandbox.signet('sandbox --network bogus')
    expect(refused).toMatchObject({ status: 64, stderr: expect.stringContaining('--network') })
  })
})

import { appendFileSync, copyFileSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'

const sandbox = new SandboxFixture()
const save = 'snapshot save --sandbox sandbox'

describe.skipIf(findEtcd() === undefined)('signet snapshot', { timeout: 60_000 }, () => {
  beforeAll(() => sandbox.start('--members', '1'), 60_000)
  afterAll(() => sandbox.stop())

  const at = (name: string): string => join(sandbox.workspace, name)

  it('prints where it saved, and says what of it is proven', async () => {
    const saved = await sandbox.signet(save)
    expect(saved, saved.stderr).toMatchObject({ status: 0 })
    expect(saved.stdout).toMatch(/^\S+\/sandbox\/snapshots\/etcd-[0-9a-f]{8}-\S+-r[0-9]+\.db\n$/)
    const verified = await sandbox.signet(`snapshot verify ${saved.stdout.trim()}`)
    expect(verified).toMatchObject({ status: 0, stderr: '' })
    expect(verified.stdout).toMatch(/^not proven {2}who made it/m)
  })

  it('saves where the hint had it make a directory, and overwrites nothing', async () => {
    for (const place of ['new/place', 'other/place/saved.db']) {
      const missing = await sandbox.signet(`${save} --to=${place}`)
      expect(missing.status).toBe(place.endsWith('.db') ? 78 : 64)
      await sandbox.run(commandIn(saidHint(missing.stderr), /(mkdir .*)/))
      expect(await sandbox.signet(`${save} --to=${place}`)).toMatchObject({ status: 0 })
    }
    expect(await sandbox.signet(`${save} --to=other/place/saved.db`)).toMatchObject({ status: 77, stdout: '' })
    expect(readdirSync(at('other/place')).toSorted()).toEqual(['saved.db', 'saved.json'])
  })

  it.each([
    ['nothing', (file: string) => truncateSync(file, 0), 'is empty'],
    ['half of it', (file: string) => truncateSync(file, 10_000), 'breaks off'],
    ['it without its digest', (file: string) => truncateSync(file, 20_480), 'has no digest at its end'],
    ['more than it', (file: string) => appendFileSync(file, 'x'.repeat(512)), 'was changed since etcd sent it'],
    ['another file', (file: string) => writeFileSync(file, 'another\n'), 'is no snapshot of etcd'],
  ])('refuses %s', async (_, spoil, said) => {
    copyFileSync(at('other/place/saved.db'), at('spoilt.db'))
    spoil(at('spoilt.db'))
    const { status, stderr } = await sandbox.signet('snapshot verify spoilt.db')
    expect([status, stderr]).toEqual([65, expect.stringContaining(said)])
  })

  it('waits for no pipe and reads no directory', async () => {
    mkdirSync(at('directory.db'))
    await sandbox.run('mkfifo pipe.db')
    for (const name of ['directory.db', 'pipe.db', '/dev/zero']) {
      const { status, stderr } = await sandbox.signet(`snapshot verify ${name}`)
      expect([status, stderr]).toEqual([65, expect.stringContaining('is no plain file')])
    }
    expect((await sandbox.signet('snapshot verify absent.db')).status).toBe(78)
  })

  it.skipIf(!canMount('a snapshot on a small disk'))('says what room it needs, and leaves nothing', async () => {
    mkdirSync(at('small'))
    const { stdout, stderr } = await inMountNamespace(`
      cd '${sandbox.workspace}' && mount -t tmpfs -o size=10m,mode=700 none small
      ${sandbox.signetLine(`${save} --to=small`)}; echo "status $?"; ls -A small
    `)
    expect([stdout, stderr]).toEqual(['status 78\n', expect.stringMatching(/ has 10 MiB free, .* needs 64 MiB/)])
  })

  it.skipIf(!canMount('a disk that fills up'))('takes away what the disk had no room for', async () => {
    mkdirSync(at('full'))
    const receive = join(import.meta.dirname, '../../src/host/large-files/receive-file.ts')
    const program = `
      import { receiveFile } from '${receive}'
      async function* endless() { for (;;) yield new Uint8Array(65536) }
      await receiveFile('full/x', endless()).catch(({ code, message }) => console.log(code, message))
    `
    const { stdout } = await inMountNamespace(`
      cd '${sandbox.workspace}' && mount -t tmpfs -o size=1m,mode=700 none full
      '${process.execPath}' --input-type=module -e "${program}"; ls -A full
    `)
    expect(stdout).toBe('configuration full/x cannot be written: no space is left on its file system\n')
  })
})

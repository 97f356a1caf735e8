import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runEtcdFlags } from '../../src/cli/daemon/etcd-flags-command.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { formatEtcdFlagsFile, parseEtcdFlagsFile } from '../../src/setup/member/etcd-environment-file.ts'
import { TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'

const before = ['--name=etcd-1', '--experimental-initial-corrupt-check=true', '--enable-v2=false', '--pre-vote=true']
const added = ['--feature-gates=InitialCorruptCheck=true', '--watch-progress-notify-interval=5s']
const after = ['--name=etcd-1', '--pre-vote=true', ...added]

describe('the flags of a host whose etcd was upgraded', () => {
  let host: TestHost
  let says: string

  beforeEach(async () => {
    says = 'etcd Version: 3.6.16\n'
    host = await TestHost.create('127.0.0.46')
  })
  afterEach(() => host.remove())

  async function run(options: { print?: true } = {}) {
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
    await runEtcdFlags(options, streams, { ...host.world(), run: async () => says })
    return { stdout: String(streams.stdout.read() ?? ''), stderr: String(streams.stderr.read() ?? '') }
  }

  const write = () => localFiles.write(host.layout.etcdFlags, formatEtcdFlagsFile(before), { mode: 0o644 })
  const read = async () => parseEtcdFlagsFile((await localFiles.read(host.layout.etcdFlags))?.text ?? '')

  async function settle(): Promise<void> {
    await localFiles.makeDirectory(`${host.root}/etc/signet`, { mode: 0o755 })
    await write()
  }

  it('become those of the new version, once, and it says so', async () => {
    await settle()
    const { stderr } = await run()
    expect(await read()).toEqual(after)
    expect(stderr).toContain(
      `etcd.env: --experimental-initial-corrupt-check=true --enable-v2=false became ${added.join(' ')}\n`,
    )
    expect(await run()).toEqual({ stdout: '', stderr: '' })
  })

  it('of an earlier Signet get what is new, and it says so', async () => {
    says = 'etcd Version: 3.5.35\n'
    await settle()
    expect((await run()).stderr).toContain('etcd.env: now with --experimental-watch-progress-notify-interval=5s\n')
    expect(await read()).toEqual([...before, '--experimental-watch-progress-notify-interval=5s'])
  })

  it('are printed and not changed where that is wanted', async () => {
    await settle()
    expect((await run({ print: true })).stdout.trim().split('\n')).toEqual(after)
    expect(await read()).toEqual(before)
  })

  it('stay where the version cannot be told or is too old', async () => {
    await settle()
    for (const odd of ['', 'etcd Version: 3.3.9\n']) {
      says = odd
      expect(await refusalOf(run())).toMatchObject({ code: 'configuration' })
      expect(await read()).toEqual(before)
    }
  })

  it('are not made on a host that is no member', async () => {
    expect(await run()).toEqual({ stdout: '', stderr: '' })
    expect(host.has(host.layout.etcdFlags)).toBe(false)
  })
})

import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import { runJoin } from '../../src/cli/host/join.ts'
import { systemClock } from '../../src/core/clock.ts'
import { findBarrier } from '../../src/host/files/find-barrier.ts'
import { requirePassage, signerPassages } from '../../src/setup/member/ensure-passage.ts'
import { TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { memberOptions } from './member-options.ts'

let host: TestHost
let umask: number

beforeEach(async () => {
  host = await TestHost.create('127.0.0.45')
  chmodSync(host.root, 0o755)
  umask = process.umask(0o077)
})
afterEach(async () => {
  process.umask(umask)
  await host.remove()
})

const isRoot = process.getuid?.() === 0
if (!isRoot) process.stderr.write('what keeps an account from its files is not asked as that account: only root can\n')

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

// etcd and the daemons have accounts of their own, which the machine of a test lacks: games stands for them.
const barrier = (_: string, directories: readonly string[]) =>
  findBarrier(
    'games',
    directories.filter((directory) => directory !== dirname(host.layout.dataDirectory)),
  )

async function init(change: Parameters<TestHost['world']>[0] = {}, options = {}): Promise<void> {
  const world = host.world(change)
  await host.listen((streams) => runInit({ ...memberOptions(host), ...options }, streams, world))
}

describe('init of a root whose umask is 077', () => {
  it('makes every directory and every file with its mode', async () => {
    const authority = new TestAuthority({ clock: systemClock })
    host.onStart = async (unit) => {
      if (unit === 'signet-authority.service') await authority.startOn(host.layout)
      if (unit === 'signet-endpoint.service') throw new Error('far enough')
    }
    await expect(init({ isServing: async () => true })).rejects.toThrow()
    await authority.stop()
    const { pki, caCertificate, memberKey, configuration, etcdFlags, etcdDropIn, progress } = host.layout
    for (const directory of [dirname(pki), pki, dirname(configuration), dirname(etcdDropIn)])
      expect(modeOf(directory), directory).toBe('755')
    for (const file of [caCertificate, configuration, etcdFlags]) expect(modeOf(file), file).toBe('644')
    for (const file of [memberKey, progress]) expect(modeOf(file), file).toBe('600')
    expect(modeOf(dirname(progress))).toBe('700')
  })
})

describe.skipIf(!isRoot)('a directory that an account cannot pass', () => {
  it('is named, with what to type, before anything is changed', async () => {
    const etc = dirname(host.layout.pki)
    mkdirSync(etc)
    writeFileSync(join(etc, 'of-somebody-else'), '')
    const expected = {
      code: 'configuration',
      message: `the account etcd cannot pass the directory ${etc}`,
      hint: `let it through: chmod a+x ${etc}; then run the same command again`,
    }
    const before = host.files()
    expect(await refusalOf(init({ findBarrier: barrier }, { dryRun: true }))).toMatchObject(expected)
    const join2 = { name: 'etcd-2', address: [host.address], signerIp: '127.0.0.1', dryRun: true }
    const joining = host.listen((streams) => runJoin(join2, streams, host.world({ findBarrier: barrier })))
    expect(await refusalOf(joining)).toMatchObject(expected)
    expect(host.files()).toEqual(before)
  })

  it.each(['signet-authority', 'signet-endpoint'])('is named where it keeps %s away', async (account) => {
    const findBarrier = async (asked: string) => (asked === account ? '/etc/signet' : undefined)
    const expected = { code: 'configuration', message: `the account ${account} cannot pass the directory /etc/signet` }
    expect(await refusalOf(init({ findBarrier }, { dryRun: true }))).toMatchObject(expected)
    expect(await refusalOf(requirePassage(host.world({ findBarrier }), signerPassages(host.world())))).toMatchObject(
      expected,
    )
  })

  it('is made anew where an earlier run has left it, with nothing in it', async () => {
    const etc = dirname(host.layout.pki)
    mkdirSync(host.layout.pki, { recursive: true, mode: 0o755 })
    expect(modeOf(etc)).toBe('700')
    await init({ findBarrier: barrier }, { dryRun: true })
    expect(modeOf(etc), 'a dry run changes nothing').toBe('700')
    const fail = async (): Promise<never> => {
      throw new Error('far enough')
    }
    await expect(init({ findBarrier: barrier, readOwner: fail })).rejects.toThrow()
    expect(existsSync(etc), 'the failed run leaves nothing').toBe(false)
  })
})

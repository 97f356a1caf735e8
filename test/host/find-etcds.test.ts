import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostLayout } from '../../src/host/host-layout.ts'
import { runProgram } from '../../src/host/programs/run-program.ts'
import { chooseEtcd } from '../../src/setup/etcd-binaries/choose-etcd.ts'
import { findEtcds } from '../../src/setup/etcd-binaries/find-etcds.ts'
import type { EtcdWorld } from '../../src/setup/etcd-binaries/read-etcd.ts'
import { systemWorld } from '../../src/setup/host-world.ts'
import { writeFakeEtcd } from '../support/host/fake-etcd.ts'
import { asOtherAccount, canBeTwoAccounts, otherAccount } from '../support/host/other-account.ts'
import { refusalOf } from '../support/refusal.ts'

let root: string
let started: string[]
let world: EtcdWorld

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-etcds-'))
  started = []
  const run: EtcdWorld['run'] = (command, args, timeoutMs) => {
    started.push(command)
    return runProgram(command, args, timeoutMs)
  }
  const findBarrier: EtcdWorld['findBarrier'] = async () => undefined
  world = { ...systemWorld(new AbortController().signal), layout: hostLayout(root), run, findBarrier }
})
afterEach(() => rmSync(root, { recursive: true }))

const at = (...names: readonly string[]): string => join(root, ...names)

/** The reason why the etcd in a directory is not taken. */
async function problemOf(directory: string) {
  const [found] = await findEtcds(world, directory)
  return found?.problem
}

describe('without --etcd', () => {
  it('there is none on a host without any, and it is said where to get one', async () => {
    expect(await findEtcds(world)).toEqual([])
    expect(await refusalOf(() => chooseEtcd([]))).toMatchObject({
      code: 'configuration',
      message: 'there is no etcd on this host',
      hint: expect.stringContaining('apt install etcd-server etcd-client'),
    })
  })

  it("the newest of ours is taken, the distribution's where we have none, and that of /usr/local/bin never", async () => {
    writeFakeEtcd(at('usr/local/bin'), { version: '3.7.9' })
    expect(await refusalOf(async () => chooseEtcd(await findEtcds(world)))).toMatchObject({
      hint: `to run the 3.7.9 in ${at('usr/local/bin')}, name it: --etcd=${at('usr/local/bin')}`,
    })
    writeFakeEtcd(at('usr/bin'), { version: '3.4.23', programs: ['etcd', 'etcdctl'] })
    expect(chooseEtcd(await findEtcds(world)).etcd).toMatchObject({ directory: at('usr/bin'), from: 'distribution' })
    writeFakeEtcd(at('usr/lib/signet-etcd/3.6'), { version: '3.6.16' })
    writeFakeEtcd(at('usr/lib/signet-etcd/3.10'), { version: '3.10.1' })
    const found = await findEtcds(world)
    expect(found.map(({ from, version }) => [from, version?.minor])).toEqual([
      ['signet-etcd', 10],
      ['signet-etcd', 6],
      ['distribution', 4],
      ['local', 7],
    ])
    expect(chooseEtcd(found).etcd).toMatchObject({ directory: at('usr/lib/signet-etcd/3.10'), from: 'signet-etcd' })
  })
})

describe('with --etcd', () => {
  it('that one is taken, links resolved', async () => {
    writeFakeEtcd(at('usr/lib/signet-etcd/3.6'), { version: '3.6.16' })
    writeFakeEtcd(at('opt/etcd-3.5.35'), { version: '3.5.35' })
    symlinkSync('etcd-3.5.35', at('opt/etcd'))
    expect(chooseEtcd(await findEtcds(world, at('opt/etcd'))).etcd).toEqual({
      directory: at('opt/etcd-3.5.35'),
      from: 'named',
      version: { major: 3, minor: 5, patch: 35 },
    })
  })

  it.each([
    ['etcd', []],
    ['etcdctl', ['etcd']],
    ['etcdutl', ['etcd', 'etcdctl']],
  ] as const)('a directory without %s is refused', async (missing, programs) => {
    writeFakeEtcd(at('opt'), { version: '3.6.16', programs })
    expect(await problemOf(at('opt'))).toMatchObject({
      code: 'configuration',
      message: `there is no ${missing} in "${at('opt')}"`,
      hint: expect.stringContaining('OPERATIONS.md'),
    })
  })

  it('etcd 3.4 needs no etcdutl', async () => {
    writeFakeEtcd(at('opt'), { version: '3.4.23', programs: ['etcd', 'etcdctl'] })
    expect(await problemOf(at('opt'))).toBeUndefined()
  })

  it('a path that is no directory, and one that is not there, are refused', async () => {
    writeFileSync(at('file'), '')
    for (const path of [at('file'), at('nowhere')]) {
      expect(await problemOf(path)).toMatchObject({ code: 'configuration', message: `there is no etcd in "${path}"` })
    }
  })

  it.each(['opt/etcd', './etcd', '/opt/my etcd', '/opt/$HOME', '/opt/%H', '/opt/a\nb', '/opt/"'])(
    'refuses the path %j',
    async (path) => {
      expect(await refusalOf(findEtcds(world, path))).toMatchObject({ code: 'usage' })
    },
  )

  it.each(['home/me/etcd', 'root/etcd', 'tmp/etcd', 'var/tmp/etcd'])(
    'refuses /%s, which etcd.service does not see',
    async (name) => {
      writeFakeEtcd(at(name))
      expect(await problemOf(at(name))).toMatchObject({
        code: 'configuration',
        message: expect.stringMatching(/^etcd\.service does not see what is below /),
      })
    },
  )

  it('refuses a link to a program that etcd.service does not see, wherever the link is', async () => {
    writeFakeEtcd(at('opt'))
    writeFakeEtcd(at('root/etcd'))
    rmSync(at('opt/etcd'))
    symlinkSync(at('root/etcd/etcd'), at('opt/etcd'))
    expect(await problemOf(at('opt'))).toMatchObject({
      code: 'configuration',
      message: `etcd.service does not see what is below ${at('root')}`,
    })
  })

  it('refuses what the account of etcd cannot get to, or may not run', async () => {
    writeFakeEtcd(at('opt'))
    world = { ...world, findBarrier: async (_account, [directory]) => directory }
    expect(await problemOf(at('opt'))).toMatchObject({
      message: `the account etcd cannot pass the directory ${at('opt')}`,
      hint: expect.stringContaining('chmod a+x'),
    })
    chmodSync(at('opt/etcd'), 0o700)
    expect(await problemOf(at('opt'))).toMatchObject({ message: `${at('opt/etcd')} can be run by its owner alone` })
  })

  it('etcd and etcdctl of different versions are refused', async () => {
    writeFakeEtcd(at('opt'), { version: '3.6.16' })
    writeFakeEtcd(at('opt'), { version: '3.5.35', programs: ['etcdctl'] })
    expect(await problemOf(at('opt'))).toMatchObject({
      code: 'configuration',
      message: `"${at('opt/etcdctl')}" is 3.5.35, and etcd beside it is 3.6.16`,
    })
  })

  it('a program for another machine is refused by its ELF header, and never started', async () => {
    writeFakeEtcd(at('opt'))
    const header = Buffer.from(`\u007fELF\u0002\u0001\u0001${'\0'.repeat(57)}`, 'latin1')
    const other = process.arch === 'arm64' ? { machine: 62, name: 'amd64' } : { machine: 183, name: 'arm64' }
    header.writeUInt16LE(other.machine, 18)
    writeFileSync(at('opt/etcd'), header)
    expect(await problemOf(at('opt'))).toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(`^"${at('opt/etcd')}" is for ${other.name}, and this host is `),
    })
    expect(started).toEqual([])
  })
})

// Whoever may write to the file, or to a directory above it, has root run what they like.
describe.runIf(canBeTwoAccounts('an etcd of another account'))('an etcd that another account can exchange', () => {
  const attack = (file: string) => `printf '#!/bin/sh\\ntouch "$0.was-run"\\necho etcd Version: 3.6.16\\n' > ${file}`

  beforeEach(() => {
    chmodSync(root, 0o755)
    writeFakeEtcd(at('opt/etcd'), { version: '3.6.16' })
  })

  async function expectNeverRun(): Promise<void> {
    asOtherAccount(attack(at('opt/etcd/etcd')), '/')
    expect(await problemOf(at('opt/etcd'))).toMatchObject({ code: 'refused' })
    expect(started).toEqual([])
  }

  it('is refused before root runs it: the file is writable by all', async () => {
    chmodSync(at('opt/etcd/etcd'), 0o777)
    await expectNeverRun()
  })

  it('is refused before root runs it: the file is theirs', async () => {
    chownSync(at('opt/etcd/etcd'), otherAccount.uid, otherAccount.gid)
    await expectNeverRun()
  })

  it('is refused before root runs it: the directory is theirs', async () => {
    chownSync(at('opt/etcd'), otherAccount.uid, otherAccount.gid)
    asOtherAccount(`mv ${at('opt/etcd/etcd')} ${at('opt/etcd/old')}`, '/')
    asOtherAccount(`${attack(at('opt/etcd/etcd'))}; chmod 755 ${at('opt/etcd/etcd')}`, '/')
    expect(await problemOf(at('opt/etcd'))).toMatchObject({ code: 'refused' })
    expect(started).toEqual([])
  })

  it('is refused before root runs it: a directory above is writable by all', async () => {
    chmodSync(at('opt'), 0o777)
    asOtherAccount(`mv ${at('opt/etcd')} ${at('opt/old')}; mkdir ${at('opt/etcd')}`, '/')
    asOtherAccount(`${attack(at('opt/etcd/etcd'))}; chmod 755 ${at('opt/etcd/etcd')}`, '/')
    expect(await problemOf(at('opt/etcd'))).toMatchObject({ code: 'refused' })
    expect(started).toEqual([])
  })

  it('is refused before root runs it: a link of root leads to what is theirs', async () => {
    mkdirSync(at('theirs'))
    chownSync(at('theirs'), otherAccount.uid, otherAccount.gid)
    asOtherAccount(`${attack(at('theirs/etcd'))}; chmod 755 ${at('theirs/etcd')}`, '/')
    rmSync(at('opt/etcd/etcd'))
    symlinkSync(at('theirs/etcd'), at('opt/etcd/etcd'))
    expect(await problemOf(at('opt/etcd'))).toMatchObject({ code: 'refused' })
    expect(started).toEqual([])
  })

  it.each(['etcdctl', 'etcdutl'])('is refused before root runs anything: only %s is theirs', async (name) => {
    chownSync(at('opt/etcd', name), otherAccount.uid, otherAccount.gid)
    expect(await problemOf(at('opt/etcd'))).toMatchObject({ code: 'refused' })
    expect(started).toEqual([])
  })

  it.each(['#!', '#! \t'])(
    "is refused before root runs it: a script of root's, by an interpreter of theirs (%j)",
    async (mark) => {
      mkdirSync(at('theirs'))
      chownSync(at('theirs'), otherAccount.uid, otherAccount.gid)
      asOtherAccount(`${attack(at('theirs/sh'))}; chmod 755 ${at('theirs/sh')}`, '/')
      writeFileSync(at('opt/etcd/etcd'), `${mark}${at('theirs/sh')} -e\n`, { mode: 0o755 })
      expect(await problemOf(at('opt/etcd'))).toMatchObject({
        code: 'refused',
        message: expect.stringContaining(at('theirs')),
      })
      expect(started).toEqual([])
    },
  )

  it('is refused before root runs it: the interpreter depends on where root is', async () => {
    writeFileSync(at('opt/etcd/etcd'), '#!bin/sh\n', { mode: 0o755 })
    expect(await problemOf(at('opt/etcd'))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('"bin/sh"'),
    })
    expect(started).toEqual([])
  })
})

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findEtcdctl } from '../../src/host/binaries/find-etcdctl.ts'
import { hostLayout } from '../../src/host/host-layout.ts'
import { writeFakeEtcd } from '../support/host/fake-etcd.ts'
import { canBeTwoAccounts, otherAccount } from '../support/host/other-account.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-etcdctl-'))
  chmodSync(root, 0o755)
})
afterEach(() => rmSync(root, { recursive: true }))

const at = (...names: readonly string[]): string => join(root, ...names)

function find(): Promise<string> {
  const { etcdBinaries } = hostLayout(root)
  return findEtcdctl({
    etcdBinaries,
    path: `${at('usr/local/bin')}:${at('usr/bin')}`,
    ownUid: process.geteuid?.() ?? 0,
  })
}

it('is that of the etcd which this host runs', async () => {
  writeFakeEtcd(at('opt/etcd'))
  writeFakeEtcd(at('usr/bin'))
  mkdirSync(dirname(hostLayout(root).etcdBinaries), { recursive: true })
  symlinkSync(at('opt/etcd'), hostLayout(root).etcdBinaries)
  expect(await find()).toBe(join(hostLayout(root).etcdBinaries, 'etcdctl'))
})

it('is that of PATH on a master, also where only its owner may run it', async () => {
  writeFakeEtcd(at('usr/bin'))
  chmodSync(at('usr/bin/etcdctl'), 0o700)
  expect(await find()).toBe(at('usr/bin/etcdctl'))
})

it('may be no file at all: who starts it says so', async () => {
  mkdirSync(join(hostLayout(root).etcdBinaries, 'etcdctl'), { recursive: true })
  expect(await find()).toBe(join(hostLayout(root).etcdBinaries, 'etcdctl'))
})

it('is left to whoever starts it where there is none', async () => {
  expect(await find()).toBe('etcdctl')
})

// It gets a key with which all of Kubernetes' secrets can be read.
it.runIf(canBeTwoAccounts('an etcdctl of another account'))('is none that another account can exchange', async () => {
  writeFakeEtcd(at('usr/local/bin'))
  writeFakeEtcd(at('usr/bin'))
  chownSync(at('usr/local/bin'), otherAccount.uid, otherAccount.gid)
  await expect(find()).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining(`${at('usr/local/bin')} belongs to account ${otherAccount.uid}`),
  })
})

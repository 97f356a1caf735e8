import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installEtcdService } from '../../src/setup/member/etcd-service.ts'
import { TestHost } from '../support/host/test-host.ts'

let host: TestHost

beforeEach(async () => {
  host = await TestHost.create('127.0.0.48')
  host.hasEtcdUnit = false
})
afterEach(() => host.remove())

// As on a host that was a member once: its drop-in is there still, and etcd-server was removed since.
it('a host with a drop-in, and nothing that brings an etcd.service, gets the unit of ours', async () => {
  const { layout } = host
  mkdirSync(dirname(layout.etcdDropIn), { recursive: true })
  writeFileSync(layout.etcdDropIn, '[Service]\n')
  await installEtcdService(host.world(), { flagsFile: '', binaries: '/usr/bin' })
  expect(readlinkSync(layout.etcdUnit)).toBe(layout.etcdUnitSource)
})

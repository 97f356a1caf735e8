import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostLayout } from '../../src/host/host-layout.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-preinst-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** Runs preinst as dpkg does before it unpacks, on a host below a directory. */
function preinst(action: string): void {
  const script = readFileSync('packaging/debian/signet-server.preinst', 'utf8').replaceAll('/etc/', `${root}/etc/`)
  const { status, stderr } = spawnSync('sh', ['-s', action], { input: script, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
}

function makeDropIn(name: string): void {
  const file = join(dirname(hostLayout(root).etcdDropIn), name)
  mkdirSync(dirname(file), { recursive: true })
  symlinkSync('/usr/share/signet/etcd.service.d/signet.conf', file)
}

describe('an upgrade to the version whose drop-in starts the etcd behind a link', () => {
  const link = () => hostLayout(root).etcdBinaries

  it.each([
    ['upgrade', '10-signet.conf'],
    ['upgrade', 'signet.conf'],
    ['install', '10-signet.conf'],
  ])("makes it lead to the distribution's before anything is unpacked: %s with %s", (action, name) => {
    makeDropIn(name)
    preinst(action)
    expect(readlinkSync(link())).toBe('/usr/bin')
  })

  it('leaves a link that is there', () => {
    makeDropIn('10-signet.conf')
    mkdirSync(dirname(link()))
    symlinkSync('/usr/lib/signet-etcd/3.6', link())
    preinst('upgrade')
    expect(readlinkSync(link())).toBe('/usr/lib/signet-etcd/3.6')
  })

  it('makes none on a host that is no member', () => {
    mkdirSync(join(root, 'etc'))
    preinst('upgrade')
    preinst('install')
    expect(existsSync(dirname(link()))).toBe(false)
  })

  it('is what the drop-in starts', () => {
    const dropIn = readFileSync('packaging/etcd.service.d/signet.conf', 'utf8')
    expect(dropIn).toContain(`\nExecStart=${hostLayout().etcdBinaries}/etcd $SIGNET_ETCD_FLAGS\n`)
  })
})

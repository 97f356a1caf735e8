import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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

  it('makes it also where the power failed in the middle the time before', () => {
    makeDropIn('10-signet.conf')
    mkdirSync(dirname(link()))
    symlinkSync('/usr/bin', `${link()}.new`)
    preinst('upgrade')
    expect(readlinkSync(link())).toBe('/usr/bin')
    expect(readdirSync(dirname(link()))).toEqual(['etcd-bin'])
  })

  it('leaves what somebody has put there instead of a link, and the upgrade goes on', () => {
    makeDropIn('10-signet.conf')
    mkdirSync(link(), { recursive: true })
    preinst('upgrade')
    expect(readdirSync(dirname(link()))).toEqual(['etcd-bin'])
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

describe('a removal of the package that brings unit and drop-in', () => {
  const shipped = () => join(root, 'usr/share/signet')

  function prerm(before = '') {
    const script = readFileSync('packaging/debian/signet-server.prerm', 'utf8')
      .replaceAll('/etc/', `${root}/etc/`)
      .replaceAll('/usr/share/signet/', `${shipped()}/`)
    // Of the host itself nothing is touched.
    const body = script.slice(script.indexOf('# The member goes on'))
    return spawnSync('sh', ['-s', 'remove'], {
      input: `set -e\numask 022\n${before}\n${body}`,
      encoding: 'utf8',
    })
  }

  beforeEach(() => {
    const { etcdDropIn, etcdUnit } = hostLayout(root)
    mkdirSync(join(shipped(), 'etcd.service.d'), { recursive: true })
    writeFileSync(join(shipped(), 'etcd.service'), '[Service]\n')
    writeFileSync(join(shipped(), 'etcd.service.d/signet.conf'), '[Service]\nRestart=always\n')
    mkdirSync(dirname(etcdDropIn), { recursive: true })
    symlinkSync(join(shipped(), 'etcd.service.d/signet.conf'), etcdDropIn)
    symlinkSync(join(shipped(), 'etcd.service'), etcdUnit)
  })

  it('makes both files of this host', () => {
    const { etcdDropIn, etcdUnit } = hostLayout(root)
    expect(prerm()).toMatchObject({ status: 0, stderr: '' })
    for (const [file, text] of [
      [etcdUnit, '[Service]\n'],
      [etcdDropIn, '[Service]\nRestart=always\n'],
    ] as const) {
      expect(lstatSync(file).isFile()).toBe(true)
      expect(readFileSync(file, 'utf8')).toBe(text)
      expect(statSync(file).mode & 0o777).toBe(0o644)
    }
    expect(readdirSync(dirname(etcdDropIn))).toEqual(['10-signet.conf'])
  })

  // With neither link nor file, the next boot would start an empty etcd of the distribution's.
  it('never has none, wherever it is cut off', () => {
    const { etcdDropIn, etcdUnit } = hostLayout(root)
    const fullDisk = 'cp() { command cp "$@" && for last do :; done && : > "$last" && return 1; }\n'
    expect(prerm(fullDisk).status).toBe(1)
    expect(readFileSync(etcdUnit, 'utf8')).toBe('[Service]\n')
    expect(readFileSync(etcdDropIn, 'utf8')).toBe('[Service]\nRestart=always\n')
    expect(prerm()).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(dirname(etcdUnit)).toSorted()).toEqual(['etcd.service', 'etcd.service.d'])
  })
})

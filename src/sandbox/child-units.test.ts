import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hostLayout } from '../host/host-layout.ts'
import { formatEtcdFlagsFile } from '../setup/member/etcd-environment-file.ts'
import { ChildUnits } from './child-units.ts'

const etcd = 'etcd.service'
let root: string
let leftOut: string[]
let ends: string[]
let units: ChildUnits

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet a %h '))
  leftOut = []
  ends = []
})
afterEach(async () => {
  await units.stopAll(0)
  rmSync(root, { recursive: true, force: true })
})

/** Units whose etcd is this program, with such flags. */
function unitsWith(program: string, flags: readonly string[]): void {
  const layout = hostLayout(root)
  mkdirSync(layout.etcdBinaries, { recursive: true })
  writeFileSync(join(layout.etcdBinaries, 'etcd'), program, { mode: 0o755 })
  mkdirSync(dirname(layout.etcdFlags), { recursive: true })
  writeFileSync(layout.etcdFlags, formatEtcdFlagsFile(flags))
  units = new ChildUnits({
    name: 'etcd-7',
    layout,
    logs: root,
    program: { command: 'false', args: [] },
    signal: new AbortController().signal,
    leaveOut: (what) => leftOut.push(what),
    ended: ({ name, log }, how) => ends.push(`${name} ${log} ${how}`),
  })
}

/** An etcd that says its arguments and stays. */
const stayingEtcd = '#!/bin/sh\nprintf "%s\\n" "$@"\nexec sleep 60\n'
const endingEtcd = '#!/bin/sh\nexit 1\n'

describe('units of a host in a directory', () => {
  it('name files to etcd below the root of the host, whatever its name holds, and leave URLs as they are', async () => {
    unitsWith(stayingEtcd, ['--data-dir=/var/lib/etcd/signet', '--listen-peer-urls=https://127.0.0.1:1'])
    await units.launch(etcd)
    const told = `--data-dir=${root}/var/lib/etcd/signet\n--listen-peer-urls=https://127.0.0.1:1\n`
    await vi.waitFor(() => expect(readFileSync(join(root, 'etcd-7.log'), 'utf8')).toBe(told))
    expect(units.logOf(etcd)).toBe(join(root, 'etcd-7.log'))
  })

  it('run once, are stopped without a word, and start again', async () => {
    unitsWith(stayingEtcd, [])
    await units.launch(etcd)
    const first = units.childOf(etcd)
    await units.launch(etcd)
    expect(units.childOf(etcd)).toBe(first)
    await units.restart(etcd)
    expect(await units.isActive(etcd)).toBe(true)
    expect([first?.isRunning(), units.childOf(etcd) === first, ends]).toEqual([false, false, []])
    await units.stop(etcd)
    expect([await units.isActive(etcd), units.childOf(etcd), ends]).toEqual([false, undefined, []])
  })

  it('tell of a process that ends by itself, and keep it dead', async () => {
    unitsWith(endingEtcd, [])
    await units.launch(etcd)
    await vi.waitFor(() => expect(ends).toEqual([`etcd-7 ${join(root, 'etcd-7.log')} status 1`]))
    expect(await units.isActive(etcd)).toBe(false)
  })

  it('refuse a daemon that ends before it is up', async () => {
    unitsWith(endingEtcd, [])
    await expect(units.start('signet-authority.service')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the authority did not start',
      hint: `read ${join(root, 'authority.log')}`,
    })
  })

  it('leave out, and tell, what is no process', async () => {
    unitsWith(endingEtcd, [])
    await units.enable()
    await units.start('signet-authority.socket')
    await units.start('signet-renew.timer')
    await units.reload()
    expect(leftOut).toEqual([
      'starts at boot',
      'signet-authority.socket',
      'signet-renew.timer',
      "systemd's drop-in: renewing before a start, starting again after an end",
    ])
    expect(await units.isActive('signet-renew.timer')).toBe(false)
  })
})

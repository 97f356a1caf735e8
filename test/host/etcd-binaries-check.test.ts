import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { inspectEtcdBinaries } from '../../src/diagnosis/inspect/etcd/inspect-etcd-binaries.ts'
import { systemInspection } from '../../src/diagnosis/inspect/inspection-world.ts'
import { judgeEtcdBinaries } from '../../src/diagnosis/judge/etcd/judge-etcd-binaries.ts'
import { requireGuardedProgram } from '../../src/host/binaries/guarded-program.ts'
import { hostLayout } from '../../src/host/host-layout.ts'
import { writeFakeEtcd } from '../support/host/fake-etcd.ts'
import { refusalOf } from '../support/refusal.ts'

let root: string
let running: string | undefined

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'signet-binaries-')))
  running = undefined
  writeFakeEtcd(join(root, 'opt/etcd'), { version: '3.6.16' })
  mkdirSync(dirname(hostLayout(root).etcdBinaries), { recursive: true })
  point('opt/etcd')
})
afterEach(() => rmSync(root, { recursive: true }))

function point(directory: string): void {
  const { etcdBinaries } = hostLayout(root)
  rmSync(etcdBinaries, { force: true })
  symlinkSync(join(root, directory), etcdBinaries)
}

async function judge() {
  const world = { ...systemInspection(() => {}), runningProgram: async () => running }
  return judgeEtcdBinaries(await inspectEtcdBinaries(hostLayout(root), world))
}

it('an etcd of root alone that runs is well', async () => {
  running = join(root, 'opt/etcd/etcd')
  expect(await judge()).toMatchObject({ level: 'well', what: `etcd starts from ${join(root, 'opt/etcd')}` })
})

it('a link that leads nowhere, or is not there, is broken', async () => {
  point('opt/nowhere')
  expect(await judge()).toMatchObject({ level: 'broken', what: expect.stringContaining('where there is no etcd') })
  rmSync(hostLayout(root).etcdBinaries)
  expect(await judge()).toMatchObject({ level: 'broken', what: expect.stringMatching(/is not there$/) })
})

it.each(['etcd', 'etcdctl', 'etcdutl', ''])('what everybody can write to is broken: %s', async (name) => {
  const path = join(root, 'opt/etcd', name)
  chmodSync(path, 0o777)
  expect(await judge()).toMatchObject({
    level: 'broken',
    what: expect.stringContaining('can be changed by other accounts'),
    fix: expect.stringContaining('chmod go-w'),
  })
})

it('a directory without etcdctl is named, and one without etcdutl is fine', async () => {
  rmSync(join(root, 'opt/etcd/etcdutl'))
  expect(await judge()).toMatchObject({ level: 'well' })
  rmSync(join(root, 'opt/etcd/etcdctl'))
  expect(await judge()).toMatchObject({ level: 'attention', what: expect.stringContaining('there is no etcdctl') })
})

it('a program that is not there, and one of its owner alone, are refused before anything starts them', async () => {
  const program = join(root, 'opt/etcd/etcd')
  chmodSync(program, 0o700)
  expect(await refusalOf(requireGuardedProgram(program, process.geteuid?.() ?? 0))).toMatchObject({
    message: `${program} can be run by its owner alone`,
  })
  rmSync(program)
  expect(await refusalOf(requireGuardedProgram(program, process.geteuid?.() ?? 0))).toMatchObject({
    code: 'configuration',
    message: `${program} is not there`,
    hint: `see where it leads: namei -l ${program}`,
  })
})

it('an etcd that runs and is not the one behind the link needs a restart', async () => {
  running = '/usr/bin/etcd'
  expect(await judge()).toMatchObject({ level: 'attention', fix: expect.stringContaining('systemctl restart etcd') })
})

it.each([
  [{ started: ['switch'], isFinished: false }, 'attention'],
  [{ started: ['save-snapshot'], isFinished: false }, 'well'],
  [{ started: ['switch', 'restart'], isFinished: true }, 'well'],
])('a move to another etcd that came so far: %j', async (progress, level) => {
  running = join(root, 'opt/etcd/etcd')
  const { etcdUseProgress } = hostLayout(root)
  mkdirSync(dirname(etcdUseProgress), { recursive: true })
  writeFileSync(etcdUseProgress, JSON.stringify({ arguments: 'etcd use /opt/etcd', done: [], ...progress }))
  const finding = await judge()
  expect(finding.level).toBe(level)
  if (level === 'attention')
    expect(finding.fix).toBe('unless it is under way, type it again: signet etcd use /opt/etcd')
})

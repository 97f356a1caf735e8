import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { etcdFlags, type MemberSettings } from '../../src/etcd/versions/flags-by-version.ts'
import { hostLayout } from '../../src/host/host-layout.ts'
import { describeWith } from '../support/shell/external-program.ts'

const settings: MemberSettings = {
  name: 'etcd-1',
  dataDir: '/data',
  listenClientUrls: [],
  advertiseClientUrls: [],
  listenPeerUrls: [],
  advertisePeerUrls: [],
  metricsUrl: '',
  certFile: '',
  keyFile: '',
  caFile: '',
  initialCluster: '',
  initialClusterState: 'new',
  initialClusterToken: '',
  quotaBackendBytes: 1,
}

/** The variable from which etcd takes a flag. */
function variableOf(flag: string): string {
  return `ETCD_${flag.slice('--'.length).split('=')[0]?.replaceAll('-', '_').toUpperCase()}`
}

it('no variable says what a flag of ours says, with which etcd would refuse to start', () => {
  const flags = [4, 5, 6].flatMap((minor) => etcdFlags({ major: 3, minor, patch: 0 }, settings))
  const lines = readFileSync('packaging/etcd.service.d/signet.conf', 'utf8').matchAll(/^UnsetEnvironment=(.*)$/gm)
  const unset = [...lines].flatMap(([, names = '']) => names.split(' '))
  const wanted = new Set([...flags.map(variableOf), 'DAEMON_ARGS', 'ETCD_CONFIG_FILE'])
  expect(unset.toSorted()).toEqual([...wanted].toSorted())
})

it.each(['override.conf', '50-MemoryMax.conf'])('the drop-in sorts before %s, which therefore counts', (other) => {
  const ours = basename(hostLayout().etcdDropIn)
  expect([other, ours].toSorted()).toEqual([ours, other])
})

describeWith('systemd-analyze', 'the etcd of a member that has stood down', () => {
  it('is not started by systemd while the marker is there, and whoever starts it is told', () => {
    const lines = readFileSync('packaging/etcd.service.d/signet.conf', 'utf8').match(/^Assert.*$/gm) ?? []
    expect(lines).toEqual([`AssertPathExists=!${hostLayout().standDown}`])
    const directory = mkdtempSync(join(tmpdir(), 'signet-marker-'))
    const marker = join(directory, 'stood-down')
    const assertion = lines[0]?.replace(hostLayout().standDown, marker) ?? ''
    const holds = () => spawnSync('systemd-analyze', ['condition', assertion]).status === 0
    expect(holds()).toBe(true)
    writeFileSync(marker, '')
    expect(holds()).toBe(false)
    rmSync(directory, { recursive: true })
  })
})

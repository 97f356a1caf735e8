import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../../core/signet-error.ts'
import { type EtcdVersion, etcdFlags, fitEtcdFlags, parseEtcdVersion } from './flags-by-version.ts'

const settings = {
  name: 'etcd-1',
  dataDir: '/var/lib/etcd/signet',
  listenClientUrls: ['https://192.0.2.1:2379', 'https://127.0.0.1:2379'],
  advertiseClientUrls: ['https://192.0.2.1:2379'],
  listenPeerUrls: ['https://192.0.2.1:2380'],
  advertisePeerUrls: ['https://192.0.2.1:2380'],
  metricsUrl: 'http://127.0.0.1:2381',
  certFile: '/etc/etcd/pki/server.crt',
  keyFile: '/etc/etcd/pki/server.key',
  caFile: '/etc/etcd/pki/ca.crt',
  initialCluster: 'etcd-1=https://192.0.2.1:2380',
  initialClusterState: 'new',
  initialClusterToken: 'token',
  quotaBackendBytes: 2_147_483_648,
} as const

const versionOf = (text: string): EtcdVersion => parseEtcdVersion(`etcd Version: ${text}\n`)
const flagsOf = (text: string): readonly string[] => etcdFlags(versionOf(text), settings)

function refusalOf(attempt: () => unknown): SignetError {
  try {
    attempt()
  } catch (error) {
    if (error instanceof SignetError) return error
  }
  throw new Error('was not refused')
}

describe('parseEtcdVersion', () => {
  it('reads what etcd 3.4 to 3.7 print, and builds of distributions', () => {
    const text = 'etcd Version: 3.5.16\nGit SHA: Not provided (use ./build instead of go build)\nGo Version: go1.24.0\n'
    expect(parseEtcdVersion(text)).toEqual({ major: 3, minor: 5, patch: 16 })
    expect(parseEtcdVersion('etcd Version: 3.6.0-rc.1\n')).toEqual({ major: 3, minor: 6, patch: 0 })
  })

  it('reads back every version that it is written', () => {
    const part = fc.nat({ max: 999 })
    fc.assert(
      fc.property(part, part, part, (major, minor, patch) => {
        expect(parseEtcdVersion(`etcd Version: ${major}.${minor}.${patch}\n`)).toEqual({ major, minor, patch })
      }),
    )
  })

  it.each(['', 'etcdctl version: 3.5.16', 'etcd Version: three', '\u001b[2Jetcd Version: 3.5.16'])(
    'refuses %j and never repeats it raw',
    (text) => {
      const refusal = refusalOf(() => parseEtcdVersion(text))
      expect(refusal.code).toBe('configuration')
      expect(refusal.message).toMatch(/^[\x20-\x7e]+$/)
    },
  )
})

describe('etcdFlags', () => {
  it.each(['3.4.23', '3.5.16', '3.6.16', '3.7.3'])('shuts every door of etcd %s', (version) => {
    const flags = flagsOf(version)
    for (const flag of [
      '--client-cert-auth=true',
      '--peer-client-cert-auth=true',
      '--peer-cert-allowed-hostname=peer.etcd.signet.internal',
      '--enable-grpc-gateway=false',
      '--trusted-ca-file=/etc/etcd/pki/ca.crt',
      '--peer-trusted-ca-file=/etc/etcd/pki/ca.crt',
    ]) {
      expect(flags).toContain(flag)
    }
    expect(flags.filter((flag) => !/^--[a-z0-9-]+=/.test(flag))).toEqual([])
    expect(new Set(flags.map((flag) => flag.split('=')[0])).size).toBe(flags.length)
  })

  it.each([
    ['3.4.10', '3.4.23'],
    ['3.4.23', '3.4.10'],
    ['3.4.23', '3.5.16'],
    ['3.5.0', '3.6.16'],
    ['3.5.30', '3.6.16'],
    ['3.6.16', '3.5.30'],
    ['3.5.30', '3.7.3'],
    ['3.6.16', '3.7.3'],
    ['3.7.3', '3.6.16'],
  ])('fits the flags that %s was started with to %s', (before, after) => {
    const fitting = fitEtcdFlags(versionOf(after), flagsOf(before))
    expect(fitting.toSorted()).toEqual(flagsOf(after).toSorted())
    expect(fitEtcdFlags(versionOf(after), fitting)).toEqual(fitting)
  })

  it('leaves alone what the operator has changed', () => {
    const own = ['--quota-backend-bytes=1', '--experimental-initial-corrupt-check=false']
    const interval = '--watch-progress-notify-interval=10m'
    expect(fitEtcdFlags(versionOf('3.6.16'), [...own, interval])).toEqual([...own, interval])
    expect(fitEtcdFlags(versionOf('3.6.16'), [...own, interval, '--enable-v2=false'])).toEqual([
      ...own,
      interval,
      '--feature-gates=InitialCorruptCheck=true',
    ])
  })

  it.each([
    ['3.4.10', undefined],
    ['3.4.11', '--experimental-watch-progress-notify-interval'],
    ['3.5.0', '--experimental-watch-progress-notify-interval'],
    ['3.6.0', '--watch-progress-notify-interval'],
    ['3.7.3', '--watch-progress-notify-interval'],
  ])(
    'tells idle watches of progress every 5 s by the name of %s, on hosts of earlier releases too',
    (version, name) => {
      const wanted = name === undefined ? [] : [`${name}=5s`]
      const intervalIn = (flags: readonly string[]) => flags.filter((flag) => flag.includes('progress-notify'))
      expect(intervalIn(flagsOf(version))).toEqual(wanted)
      const earlier = flagsOf(version).filter((flag) => !flag.includes('progress-notify'))
      expect(intervalIn(fitEtcdFlags(versionOf(version), earlier))).toEqual(wanted)
    },
  )

  it("keeps the operator's own interval, by the name of the version", () => {
    const own = ['--name=etcd-1', '--experimental-watch-progress-notify-interval=1m']
    expect(fitEtcdFlags(versionOf('3.5.35'), own)).toEqual(own)
    const later = ['--name=etcd-1', '--watch-progress-notify-interval=1m']
    expect(fitEtcdFlags(versionOf('3.7.3'), own)).toEqual(later)
    expect(fitEtcdFlags(versionOf('3.5.35'), later)).toEqual(own)
    expect(fitEtcdFlags(versionOf('3.4.10'), later)).toEqual(['--name=etcd-1'])
  })

  it('asks for the check of corruption by the name of each version', () => {
    expect(flagsOf('3.4.23')).toContain('--experimental-initial-corrupt-check=true')
    expect(flagsOf('3.5.16')).toContain('--experimental-initial-corrupt-check=true')
    expect(flagsOf('3.6.0').filter((flag) => flag.includes('experimental'))).toEqual([])
    // 3.7 has no experimental flag left: one would keep it from starting.
    expect(flagsOf('3.7.3')).toEqual(flagsOf('3.6.0'))
    expect(flagsOf('3.6.0')).toContain('--feature-gates=InitialCorruptCheck=true')
  })

  it.each(['2.3.8', '3.3.27', '4.0.0'])('refuses etcd %s', (version) => {
    const refusal = refusalOf(() => flagsOf(version))
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toContain('is not supported')
  })

  it('writes several URLs with commas', () => {
    expect(flagsOf('3.4.23')).toContain('--listen-client-urls=https://192.0.2.1:2379,https://127.0.0.1:2379')
  })
})

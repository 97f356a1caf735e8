import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { SignetError } from '../../core/signet-error.ts'
import { chooseEtcd, type EtcdWish } from './choose-etcd.ts'
import { etcdsJson, formatEtcds } from './format-etcds.ts'
import type { EtcdOrigin, FoundEtcd } from './found-etcd.ts'

function etcd(from: EtcdOrigin, directory: string, text: string): FoundEtcd {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
  return { directory, from, version: { major, minor, patch } }
}

const ours35 = etcd('signet-etcd', '/usr/lib/signet-etcd/3.5', '3.5.35')
const ours36 = etcd('signet-etcd', '/usr/lib/signet-etcd/3.6', '3.6.16')
const debian = etcd('distribution', '/usr/bin', '3.5.16')
const local = etcd('local', '/usr/local/bin', '3.7.3')
const named = etcd('named', '/opt/etcd', '3.4.23')
const broken: FoundEtcd = {
  directory: '/usr/lib/signet-etcd/3.7',
  from: 'signet-etcd',
  problem: new SignetError('configuration', 'there is no etcdctl in "/usr/lib/signet-etcd/3.7"'),
}
const all = [ours35, ours36, broken, debian, local]

it.each<[string, readonly FoundEtcd[], EtcdWish, string]>([
  ['the newest of ours', all, {}, ours36.directory],
  ["the distribution's where there is none of ours", [debian, local], {}, debian.directory],
  ['ours of the same version', [debian, etcd('signet-etcd', '/ours', '3.5.16')], {}, '/ours'],
  [
    'ours though the distribution has a newer one',
    [ours35, etcd('distribution', '/usr/bin', '3.6.1')],
    {},
    ours35.directory,
  ],
  ["the newest of the cluster's minor", all, { clusterVersion: '3.5' }, ours35.directory],
  [
    "the distribution's, newer, of the cluster's minor",
    [etcd('signet-etcd', '/ours', '3.5.9'), debian],
    { clusterVersion: '3.5' },
    debian.directory,
  ],
  [
    "ours of one version and the cluster's minor",
    [debian, etcd('signet-etcd', '/ours', '3.5.16')],
    { clusterVersion: '3.5' },
    '/ours',
  ],
  ['what was named, whatever there is', [named, ...all], {}, named.directory],
  ['what was named, whatever the cluster runs', [named, ...all], { clusterVersion: '3.6' }, named.directory],
  ['what an interrupted run began with', all, { begunWith: debian.directory }, debian.directory],
  ['the newest of ours where what a run began with is gone', all, { begunWith: '/gone' }, ours36.directory],
])('%s is taken', (_what, found, wish, expected) => {
  const choice = chooseEtcd(found, wish)
  expect(choice.etcd.directory).toBe(expected)
  expect(choice.found.filter(({ isChosen }) => isChosen).map(({ directory }) => directory)).toEqual([expected])
})

it('three of one version: the first of ours is taken, and of the others it is said why they are not', () => {
  const found = [
    etcd('signet-etcd', '/usr/lib/signet-etcd/3.6', '3.6.16'),
    etcd('distribution', '/usr/bin', '3.6.16'),
    etcd('local', '/usr/local/bin', '3.6.16'),
  ]
  expect(formatEtcds(chooseEtcd(found).found)).toEqual([
    'etcd 3.6.16 in /usr/lib/signet-etcd/3.6 (signet-etcd): taken: the newest of the package signet-etcd',
    'etcd 3.6.16 in /usr/bin (distribution): not taken: that of the package signet-etcd in /usr/lib/signet-etcd/3.6 goes first',
    'etcd 3.6.16 in /usr/local/bin (local): taken only where it is named: --etcd=/usr/local/bin',
  ])
})

it('what was found is told with the reasons, to people and to programs', () => {
  const { found } = chooseEtcd(all, { clusterVersion: '3.5' })
  expect(formatEtcds(found)).toEqual([
    'etcd 3.5.35 in /usr/lib/signet-etcd/3.5 (signet-etcd): taken: the newest here of 3.5, which the cluster runs',
    'etcd 3.6.16 in /usr/lib/signet-etcd/3.6 (signet-etcd): not taken: the cluster runs 3.5',
    'etcd in /usr/lib/signet-etcd/3.7 (signet-etcd): cannot be taken: there is no etcdctl in "/usr/lib/signet-etcd/3.7"',
    'etcd 3.5.16 in /usr/bin (distribution): not taken: the one in /usr/lib/signet-etcd/3.5 is newer',
    'etcd 3.7.3 in /usr/local/bin (local): taken only where it is named: --etcd=/usr/local/bin',
  ])
  expect(etcdsJson(found)[0]).toEqual({
    directory: '/usr/lib/signet-etcd/3.5',
    from: 'signet-etcd',
    version: '3.5.35',
    isChosen: true,
    reason: 'taken: the newest here of 3.5, which the cluster runs',
  })
})

it("a host without the cluster's minor is refused with where to get it, and the one of /usr/local/bin does not count", async () => {
  const found = [ours36, debian, etcd('local', '/usr/local/bin', '3.4.23')]
  expect(await refusalOf(() => chooseEtcd(found, { clusterVersion: '3.4' }))).toMatchObject({
    code: 'configuration',
    message:
      'the cluster runs etcd 3.4, and this host has none of that: 3.6.16 in /usr/lib/signet-etcd/3.6, 3.5.16 in /usr/bin',
    hint: expect.stringMatching(
      /^install the package signet-etcd of 3\.4, or name another: --etcd=DIR; see docs\/OPERATIONS\.md/,
    ),
  })
})

it('where nothing can be taken the reason is that of what is broken', async () => {
  expect(await refusalOf(() => chooseEtcd([broken, local]))).toBe(broken.problem)
  expect(await refusalOf(() => chooseEtcd([]))).toMatchObject({ message: 'there is no etcd on this host' })
})

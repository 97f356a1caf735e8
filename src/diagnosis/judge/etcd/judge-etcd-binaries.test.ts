import { expect, it } from 'vitest'
import { SignetError } from '../../../core/signet-error.ts'
import type { InspectedEtcdBinaries } from '../../inspect/etcd/inspect-etcd-binaries.ts'
import { judgeEtcdBinaries } from './judge-etcd-binaries.ts'

const link = '/etc/signet/etcd-bin'
const fine: InspectedEtcdBinaries = {
  link,
  target: '/usr/lib/signet-etcd/3.6',
  next: '/usr/lib/signet-etcd/3.6/etcd',
  running: '/usr/lib/signet-etcd/3.6/etcd',
  hasUnit: true,
  move: undefined,
  problem: undefined,
}
const theirs = new SignetError('refused', '/opt belongs to account 65534', { hint: 'chown root: /opt' })

it.each<[string, Partial<InspectedEtcdBinaries>, string, RegExp]>([
  ['all is well', {}, 'well', /^etcd starts from \/usr\/lib\/signet-etcd\/3\.6$/],
  ['it does not run, or only root can tell', { running: undefined }, 'well', /starts from/],
  ['there is no link', { target: undefined, next: undefined }, 'broken', /^\/etc\/signet\/etcd-bin is not there$/],
  [
    'the link leads nowhere',
    { next: undefined },
    'broken',
    /leads to \/usr\/lib\/signet-etcd\/3\.6, where there is no etcd$/,
  ],
  [
    'the package that brought the unit is gone, or somebody disabled it',
    { hasUnit: false },
    'broken',
    /^there is no etcd\.service on this host$/,
  ],
  ['whether there is a unit is not known', { hasUnit: undefined }, 'well', /starts from/],
  ['another account can exchange it', { problem: theirs }, 'broken', /^\/opt belongs to account 65534$/],
  [
    'a program is missing',
    { problem: new SignetError('configuration', 'there is no etcdctl') },
    'attention',
    /^there is no etcdctl$/,
  ],
  [
    'another one runs',
    { running: '/usr/bin/etcd' },
    'attention',
    /^etcd runs from \/usr\/bin\/etcd, and its next start takes/,
  ],
  ['a package has replaced it', { running: `${fine.next} (deleted)` }, 'note', /^etcd runs a file that was replaced: /],
])('%s', (_what, change, level, what) => {
  expect(judgeEtcdBinaries({ ...fine, ...change })).toMatchObject({
    check: 'etcd-binaries',
    level,
    what: expect.stringMatching(what),
  })
})

it('whatever is not well says what to type, as far as anything helps', () => {
  for (const change of [{ next: undefined }, { hasUnit: false }, { problem: theirs }, { running: '/usr/bin/etcd' }]) {
    expect(judgeEtcdBinaries({ ...fine, ...change }).fix).toMatch(
      /^(make it lead|bring Signet's own: ln -sfT \/usr\/share|chown root|with the other members)/,
    )
  }
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatClusterId, parseSnapshotName, sidecarPath, snapshotName } from './snapshot-name.ts'

const noonMs = Date.UTC(2026, 0, 31, 12)

it('a snapshot is named for its cluster, the time and its revision, and sorts by time', () => {
  expect(snapshotName(0x123abcd4567ef89n, 421_337n, noonMs + 7)).toBe('etcd-0123abcd-20260131T120000Z-r421337.db')
  const names = [0, 1000, 60_000, 40 * 86_400_000].map((later) => snapshotName(1n, 9n, noonMs + later))
  expect(names.toSorted()).toEqual(names)
})

it('its sidecar stands beside it', () => {
  expect(sidecarPath('/mnt/etcd-0123abcd-20260131T120000Z-r1.db')).toBe('/mnt/etcd-0123abcd-20260131T120000Z-r1.json')
})

it('a name is read as it was made, whatever cluster, time and revision', () => {
  const anyTime = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) })
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 62n), anyTime, (cluster, revision, timeMs) => {
      const read = parseSnapshotName(snapshotName(cluster, revision, timeMs))
      const takenAtMs = Math.floor(timeMs / 1000) * 1000
      expect(read).toEqual({ cluster8: formatClusterId(cluster).slice(0, 8), takenAtMs, revision })
    }),
  )
})

it.each([
  '',
  'etcd.db',
  'etcd-0123abcd-20260131T120000Z-r1.json',
  'etcd-0123abcd-20260131T120000Z-r1.db.age',
  'etcd-0123abcd-20260131T120000Z-r1.db\n',
  'x/etcd-0123abcd-20260131T120000Z-r1.db',
  'etcd-0123ABCD-20260131T120000Z-r1.db',
  'etcd-0123abcd-20260231T120000Z-r1.db',
  'etcd-0123abcd-20260131T240000Z-r1.db',
  'etcd-0123abcd-20260131T126000Z-r1.db',
  'etcd-0123abcd-20260131T120000Z-r01.db',
  'etcd-0123abcd-20260131T120000Z-r-1.db',
])('what was not named by us is no name of a snapshot: %j', (name) => {
  expect(parseSnapshotName(name)).toBeUndefined()
})

import { expect, it } from 'vitest'
import { sidecarPath, snapshotName } from './snapshot-name.ts'

const noonMs = Date.UTC(2026, 0, 31, 12)

it('a snapshot is named for its cluster, the time and its revision, and sorts by time', () => {
  expect(snapshotName(0x123abcd4567ef89n, 421_337n, noonMs + 7)).toBe('etcd-0123abcd-20260131T120000Z-r421337.db')
  const names = [0, 1000, 60_000, 40 * 86_400_000].map((later) => snapshotName(1n, 9n, noonMs + later))
  expect(names.toSorted()).toEqual(names)
})

it('its sidecar stands beside it', () => {
  expect(sidecarPath('/mnt/etcd-0123abcd-20260131T120000Z-r1.db')).toBe('/mnt/etcd-0123abcd-20260131T120000Z-r1.json')
})

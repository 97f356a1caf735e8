import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { requireRoom } from './snapshot-room.ts'

const gibibyte = 1024 ** 3
const room = {
  directory: '/var/lib/signet-snapshots',
  databaseBytes: gibibyte,
  totalBytes: 100 * gibibyte,
  sharedQuotaBytes: undefined,
}

describe('the room for a snapshot', () => {
  it('is the size of the database and some more', () => {
    requireRoom({ ...room, freeBytes: gibibyte + 64 * 1024 ** 2 })
    expect(syncRefusalOf(() => requireRoom({ ...room, freeBytes: gibibyte }))).toMatchObject({ code: 'configuration' })
  })

  it('is not that which etcd needs: twice its quota, in which its database counts', () => {
    const shared = { ...room, sharedQuotaBytes: 8 * gibibyte }
    requireRoom({ ...shared, freeBytes: 16.1 * gibibyte })
    const refusal = syncRefusalOf(() => requireRoom({ ...shared, freeBytes: 16 * gibibyte }))
    expect(refusal).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('16 GiB, twice its quota'),
    })
  })

  it('is, on a disk that is too small for that anyway, half of it', () => {
    const small = { ...room, totalBytes: 20 * gibibyte, sharedQuotaBytes: 8 * gibibyte }
    requireRoom({ ...small, freeBytes: 10.1 * gibibyte })
    const refusal = syncRefusalOf(() => requireRoom({ ...small, freeBytes: 10 * gibibyte }))
    expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining('10 GiB, half of it') })
  })
})

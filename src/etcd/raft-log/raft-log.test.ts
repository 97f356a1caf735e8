import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildWal, field, v2Request, v3Request, type WalEntry } from '../../../test/support/etcd/build-wal.ts'
import { crc32c } from './crc32c.ts'
import { filesAfter, snapshotFiles } from './log-files.ts'
import { LogScan } from './log-scan.ts'
import { v2KindOf } from './v2-request.ts'
import { WalFrames } from './wal-frames.ts'
import { parseFields } from './wire-fields.ts'

const attributes = v2Request('PUT', '/0/members/8e9e05c52164694d/attributes')
const quorumGet = v2Request('QGET', '')
const kinds = { membership: attributes, foreign: quorumGet, v3: v3Request } as const

/** Reads a file in pieces of this size. */
function scan(wal: Uint8Array, { above = 0, pieceBytes = 1000 } = {}) {
  const found = new LogScan(above)
  const frames = new WalFrames()
  for (let at = 0; at < wal.length; at += pieceBytes) frames.push(wal.subarray(at, at + pieceBytes), found.visit)
  const [membership, foreign] = [found.lastV2('membership'), found.lastV2('foreign')]
  return { end: frames.end, isOdd: found.isOdd, lastIndex: found.lastIndex, membership, foreign, found }
}

describe('the entries of the v2 API', () => {
  it.each([
    ['an answer of a new Raft leader', new Uint8Array(), undefined],
    ['a put of the v3 API', v3Request, undefined],
    [
      'a random id of 64 bits before a put',
      Buffer.concat([Buffer.from('08ffffffffffffffffff01', 'hex'), v3Request]),
      undefined,
    ],
    ["a member's attributes", attributes, 'membership'],
    ["the cluster's version", v2Request('PUT', '/0/version'), 'membership'],
    ['attributes within a request of the v3 API', field(2, attributes), 'membership'],
    ['the question of /health', quorumGet, 'foreign'],
    ['the same within a request of the v3 API', field(2, quorumGet), 'foreign'],
    ['a key of the v2 API', v2Request('PUT', '/1/key'), 'foreign'],
    ['attributes that are deleted', v2Request('DELETE', '/0/members/8e9e05c52164694d/attributes'), 'foreign'],
    ['a path that only ends like attributes', v2Request('PUT', '/1/0/members/a/attributes'), 'foreign'],
    ['what no etcd can read', Buffer.from([0xff, 0xff]), 'foreign'],
  ])('are told by their data: %s', (_, data, kind) => {
    expect(v2KindOf(data)).toBe(kind)
  })
})

describe('a file of the log', () => {
  it('tells the last entry of each kind above the snapshot, and which snapshots it knows', () => {
    const entries: readonly WalEntry[] = [
      { index: 1, data: quorumGet, isConfChange: true },
      { index: 2, data: attributes },
      { index: 3, data: quorumGet },
      { snapshot: 2 },
      { commit: 3 },
      { snapshot: 9 },
      { index: 4, data: attributes },
      { index: 5, data: v3Request },
    ]
    const all = scan(buildWal(entries))
    expect(all).toMatchObject({ end: 'whole', isOdd: false, lastIndex: 5, membership: 4, foreign: 3 })
    // One that is beyond what was committed does not count (ValidSnapshotEntries in server/storage/wal/wal.go).
    expect([2, 9, 1].map((index) => all.found.knowsSnapshot(index))).toEqual([true, false, false])
    expect(scan(buildWal(entries), { above: 4 })).toMatchObject({ membership: undefined, foreign: undefined })
  })

  it('forgets entries that another Raft leader replaced', () => {
    const entries = [1, 2, 3, 4].map((index) => ({ index, data: quorumGet }))
    expect(scan(buildWal([...entries, { index: 1, data: v3Request }])).foreign).toBeUndefined()
    expect(scan(buildWal([...entries, { index: 3, data: v3Request }])).foreign).toBe(2)
  })

  it('is read alike in pieces of any size, and agrees with a naive reader', () => {
    const entry = fc.record({ back: fc.nat(3), kind: fc.constantFrom('membership', 'foreign', 'v3') })
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(20),
        (steps, pieceBytes, above) => {
          let log: ('membership' | 'foreign' | 'v3')[] = []
          const entries = steps.map(({ back, kind }) => {
            log = [...log.slice(0, Math.max(0, log.length - back)), kind]
            return { index: log.length, data: kinds[kind] }
          })
          const read = scan(buildWal(entries), { above, pieceBytes })
          expect(read).toMatchObject({ end: 'whole', isOdd: false })
          for (const kind of ['membership', 'foreign'] as const) {
            const last = log.lastIndexOf(kind) + 1
            // Never before the last one, and none where there is none: a later index only costs some entries more.
            if (last > above) expect(read[kind]).toBeGreaterThanOrEqual(last)
            else if (read[kind] !== undefined) expect(steps.some(({ back }) => back > 0)).toBe(true)
          }
        },
      ),
    )
  })

  it('is torn where its end is cut off or a byte is another, and never read on from there', () => {
    const entries = Array.from({ length: 12 }, (_, place) => ({ index: place + 1, data: kinds.membership }))
    const wal = buildWal(entries, { zeros: 0 })
    fc.assert(
      fc.property(fc.nat(wal.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const cut = scan(wal.subarray(0, place))
        const changed = Buffer.from(wal)
        changed[place] = (changed[place] ?? 0) ^ change
        const other = scan(changed)
        expect(cut.lastIndex).toBeLessThanOrEqual(12)
        expect(other.lastIndex).toBeLessThanOrEqual(12)
        if (cut.lastIndex < 12) expect([cut.end, cut.lastIndex]).not.toEqual(['whole', 12])
      }),
    )
  })

  it('ends for any bytes, and holds no more of them than one record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 64 }), (bytes, pieceBytes) => {
        const read = scan(bytes, { pieceBytes })
        expect(['whole', 'torn']).toContain(read.end)
        expect(read.lastIndex).toBe(0)
      }),
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseFields(bytes)))
  })

  it('has the checksum of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.from('6789'), crc32c(Buffer.from('12345')))).toBe(0xe3069283)
  })
})

describe('the files of a log', () => {
  const wal = (sequence: number, index: number) => `${hex(sequence)}-${hex(index)}.wal`
  const hex = (number: number) => number.toString(16).padStart(16, '0')

  it('are those from the one on that holds the snapshot', () => {
    const names = [wal(2, 900), wal(0, 0), wal(1, 400), '0.tmp', 'other.wal']
    expect(filesAfter(names, 0)?.map(({ index }) => index)).toEqual([0, 400, 900])
    expect(filesAfter(names, 899)?.map(({ index }) => index)).toEqual([400, 900])
    expect(filesAfter(names, 900)?.map(({ index }) => index)).toEqual([900])
  })

  it('are not there where one of them is missing', () => {
    expect(filesAfter([wal(0, 0), wal(2, 900)], 10)).toBeUndefined()
    expect(filesAfter([wal(1, 400)], 10)).toBeUndefined()
  })

  it('names snapshots newest first', () => {
    const names = [`${hex(2)}-${hex(10)}.snap`, `${hex(1)}-${hex(30)}.snap`, `${hex(3)}-${hex(31)}.snap.broken`, 'db']
    expect(snapshotFiles(names).map(({ index }) => index)).toEqual([30, 10])
  })
})

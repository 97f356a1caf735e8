import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TrailingDigest } from './trailing-digest.ts'

/** Something that begins as a database does, with so many blocks of it. */
function database(blocks: number, fill = 7): Buffer {
  const bytes = Buffer.alloc(blocks * 512, fill)
  bytes.writeUInt32LE(0xed0cdaed, 16)
  return bytes
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function snapshotOf(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, sha256(bytes)])
}

function digestOf(...chunks: readonly Uint8Array[]): ReturnType<TrailingDigest['finish']> {
  const digest = new TrailingDigest()
  for (const chunk of chunks) digest.add(chunk)
  return digest.finish()
}

function cutAt(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((one, other) => one - other)]
  return sorted.map((start, index) => bytes.subarray(start, sorted[index + 1] ?? bytes.length))
}

describe('the digest of a snapshot', () => {
  it('does not depend on where the chunks end', () => {
    const whole = snapshotOf(database(3))
    const expected = { bytes: whole.length, sha256: sha256(whole).toString('hex') }
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => {
        expect(digestOf(...cutAt(whole, places))).toEqual(expected)
      }),
    )
  })

  it('comes also where each byte comes alone', () => {
    const whole = snapshotOf(database(1))
    expect(digestOf(...[...whole].map((byte) => Uint8Array.of(byte)))).not.toHaveProperty('fault')
  })

  it('is not what etcd computed once any bit was turned, or any part is missing', () => {
    const whole = snapshotOf(database(2))
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const changed = Buffer.from(whole)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(['changed', 'foreign']).toContain(digestOf(changed).fault)
      }),
    )
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(digestOf(whole.subarray(0, length)).fault).toBeDefined()
      }),
    )
  })

  it.each([
    ['empty', Buffer.alloc(0)],
    ['without-digest', database(2)],
    ['cut-off', snapshotOf(database(2)).subarray(0, 700)],
    ['changed', Buffer.concat([database(2, 8), sha256(database(2))])],
    ['foreign', Buffer.from('another file\n')],
    ['foreign', snapshotOf(Buffer.alloc(1024, 1))],
    // Its last 32 bytes are the digest of the nothing before them.
    ['foreign', snapshotOf(Buffer.alloc(0))],
  ] as const)('says what is wrong: %s', (fault, bytes) => {
    expect(digestOf(bytes).fault).toBe(fault)
  })

  it('can be asked for while more is to come', () => {
    const whole = snapshotOf(database(2))
    const digest = new TrailingDigest()
    digest.add(whole.subarray(0, 1024))
    expect(digest.finish().fault).toBe('without-digest')
    digest.add(whole.subarray(1024))
    expect(digest.finish()).not.toHaveProperty('fault')
  })
})

import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipAddressBytes, parseIpAddress } from './ip-address.ts'

const hextet = fc.constantFrom(0, 0, 1, 0xffff, 0x2001, 0xc000)
const words = fc.array(hextet, { minLength: 8, maxLength: 8 })

describe('parseIpAddress', () => {
  it('keeps the value of every IPv6 address, and makes IPv4 of the mapped ones only', () => {
    fc.assert(
      fc.property(words, (all) => {
        const canonical = parseIpAddress(all.map((word) => word.toString(16)).join(':')) ?? ''
        const bytes = Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]))
        const isMapped = all.slice(0, 5).every((word) => word === 0) && all[5] === 0xffff
        expect(isIP(canonical)).toBe(isMapped ? 4 : 6)
        expect(ipAddressBytes(canonical)).toEqual(isMapped ? bytes.subarray(12) : bytes)
        expect(parseIpAddress(canonical)).toBe(canonical)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['::ffff:0.0.0.0', '0.0.0.0'],
    ['::ffff:1', '::ffff:1'],
    ['0:0:0:ffff:c000:201:0:0', '::ffff:c000:201:0:0'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['192.0.2.1', '192.0.2.1'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parseIpAddress(text)).toBe(canonical)
  })

  it.each(['', 'example.com', '192.0.2', '192.0.2.01', '192.0.2.1/24', 'fe80::1%eth0', '[::1]', ' ::1', '::1\n'])(
    'refuses %j',
    (text) => {
      expect(parseIpAddress(text)).toBeUndefined()
    },
  )
})

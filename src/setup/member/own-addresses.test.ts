import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { parseOwnAddresses, typedAddresses } from './own-addresses.ts'

it('an address that is none, or not of this host, is refused', async () => {
  expect(await refusalOf(() => parseOwnAddresses(['one']))).toMatchObject({ code: 'usage' })
  for (const typed of [['203.0.113.250'], ['127.0.0.9', '2001:db8::250']]) {
    expect(await refusalOf(() => parseOwnAddresses(typed))).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^this host does not have the address (203.0.113.250|2001:db8::250)$/),
    })
  }
})

it.each([
  [['127.0.0.9'], { address: '127.0.0.9' }],
  [['127.0.0.9', '0:0::1'], { address: '127.0.0.9', secondAddress: '::1' }],
  [['::1', '127.0.0.9'], { address: '::1', secondAddress: '127.0.0.9' }],
])('%j is canonical, and typed again as it was read', (typed, addresses) => {
  expect(parseOwnAddresses(typed)).toEqual(addresses)
  expect(parseOwnAddresses(typedAddresses(addresses))).toEqual(addresses)
})

it.each([[['127.0.0.1', '127.0.0.2']], [['::1', '::1']], [['127.0.0.1', '::1', '127.0.0.2']]])(
  'refuses %j: a family has one',
  async (typed) => {
    expect(await refusalOf(() => parseOwnAddresses(typed))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('--address=192.0.2.11 --address=2001:db8::11'),
    })
  },
)

// Without its interface nobody can listen or connect there, and a certificate and a URL of etcd's hold none (RFC 4007 section 6).
it.each(['fe80::1', 'febf::1:2'])('refuses %s, which is another host on each link', async (typed) => {
  for (const all of [[typed], ['127.0.0.9', typed]]) {
    expect(await refusalOf(() => parseOwnAddresses(all))).toMatchObject({
      code: 'usage',
      message: `${typed} is an address of one link alone`,
    })
  }
})

import { create } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMembers } from './list-members.ts'
import type { Member } from './member.ts'
import { memberUrlAddress } from './member-url.ts'
import { MemberSchema } from './rpc/rpc_pb.ts'

const good = {
  ID: 0xabcdn,
  name: 'etcd-1',
  peerURLs: ['https://192.0.2.1:2380'],
  clientURLs: ['https://192.0.2.1:2379'],
}

function parse(change: Partial<typeof good>): Member {
  const [member] = parseMembers([create(MemberSchema, { ...good, ...change })])
  if (member === undefined) throw new Error('a list of one member is read as an empty one')
  return member
}

describe('a member that etcd lists', () => {
  it('keeps ids that no JavaScript number can hold', () => {
    expect(parse({ ID: 2n ** 64n - 1n }).id).toBe(2n ** 64n - 1n)
  })

  it('lets no name or URL through that could break out of --initial-cluster or a terminal', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a1-_.,=:/@[]\n"') }))
    fc.assert(
      fc.property(text, text, (name, tail) => {
        const { peerUrls, unreadable = [], ...parsed } = parse({ name, peerURLs: [`https://${tail}`] })
        expect(parsed.name).toMatch(/^[A-Za-z0-9_-]*$/)
        for (const url of peerUrls) expect(url).toMatch(/^https:\/\/[A-Za-z0-9.:[\]-]+:\d+$/)
        for (const { quoted } of unreadable) expect(quoted).toMatch(/^[\x20-\x7e]{1,130}$/)
        expect(peerUrls.length + unreadable.length).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['default', 'etcd-1', 'node_1', 'A', `etcd-${'x'.repeat(52)}`])('takes the name %s', (name) => {
    expect(parse({ name }).name).toBe(name)
  })

  it('takes a member that has not started for one without a name', () => {
    const member = parse({ name: '', clientURLs: [] })
    expect(member.isStarted).toBe(false)
  })

  it.each([
    'a,b=https://evil:1',
    'etcd 1',
    '-flag',
    'etcd-1\n',
    '\u001b[2J',
    'é',
    'x'.repeat(58),
    'host.example',
    'a-',
    '_',
  ])('leaves out the name %j, tells of it, and never repeats it raw', (name) => {
    const { unreadable = [], ...member } = parse({ name })
    expect(member).toMatchObject({ name: '', isStarted: true, peerUrls: good.peerURLs, clientUrls: good.clientURLs })
    expect(unreadable).toMatchObject([{ kind: 'name', quoted: expect.stringMatching(/^[\x20-\x7e]+$/) }])
  })

  it.each([
    'http://192.0.2.1:2380',
    'https://192.0.2.1',
    'https://192.0.2.1:0',
    'https://192.0.2.1:65536',
    'https://user@192.0.2.1:2380',
    'https://192.0.2.1:2380/',
    'https://192.0.2.1:2380,etcd-9=https://192.0.2.9:2380',
    'https://[::1%eth0]:2380',
    'https://[1:2]:2380',
    'unix://etcd:2380',
    'https://-flag:2380',
    `https://${'1'.repeat(100_000)}:2380`,
    `https://[${'::'.repeat(100_000)}]:2380`,
    '',
  ])('leaves out the URL %.40j, and that one alone', (url) => {
    const asPeer = parse({ peerURLs: [url, ...good.peerURLs] })
    expect(asPeer).toMatchObject({ name: 'etcd-1', peerUrls: good.peerURLs, unreadable: [{ kind: 'peer URL' }] })
    const asClient = parse({ clientURLs: [url, ...good.clientURLs] })
    expect(asClient).toMatchObject({
      name: 'etcd-1',
      clientUrls: good.clientURLs,
      unreadable: [{ kind: 'client URL' }],
    })
  })

  it('reads eight URLs of a member, and tells how many there are', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `https://192.0.2.1:${index + 1}`)
    const { peerUrls, unreadable } = parse({ peerURLs: many })
    expect(peerUrls).toEqual(many.slice(0, 8))
    expect(unreadable).toEqual([{ kind: 'number of URLs', quoted: '5000' }])
  })

  it('reads 64 members of an answer', () => {
    const wire = Array.from({ length: 5000 }, (_, index) => create(MemberSchema, { ...good, ID: BigInt(index) }))
    expect(parseMembers(wire).map(({ id }) => id)).toEqual(wire.slice(0, 64).map(({ ID }) => ID))
  })

  it('finds the address in every URL with an address, canonical', () => {
    expect(memberUrlAddress('https://[2001:DB8:0::1]:2380')).toBe('2001:db8::1')
    expect(memberUrlAddress('https://etcd.example:2380')).toBeUndefined()
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (address, port) => {
        expect(memberUrlAddress(`https://${address}:${port}`)).toBe(address)
      }),
    )
  })
})

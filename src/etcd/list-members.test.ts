import { create } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../core/signet-error.ts'
import { parseMember } from './list-members.ts'
import { memberUrlAddress } from './member-url.ts'
import { MemberSchema } from './rpc_pb.ts'

const good = {
  ID: 0xabcdn,
  name: 'etcd-1',
  peerURLs: ['https://192.0.2.1:2380'],
  clientURLs: ['https://192.0.2.1:2379'],
}

function refusal(change: Partial<typeof good>): SignetError {
  try {
    parseMember(create(MemberSchema, { ...good, ...change }))
  } catch (error) {
    if (error instanceof SignetError) return error
  }
  throw new Error('was not refused')
}

describe('parseMember', () => {
  it('keeps ids that no JavaScript number can hold', () => {
    expect(parseMember(create(MemberSchema, { ...good, ID: 2n ** 64n - 1n })).id).toBe(2n ** 64n - 1n)
  })

  it('lets no name or URL through that could break out of --initial-cluster or a terminal', () => {
    const parse = (name: string, url: string): string | undefined => {
      try {
        const parsed = parseMember(create(MemberSchema, { ...good, name, peerURLs: [url] }))
        return `${parsed.name}=${parsed.peerUrls.join(',')}`
      } catch (error) {
        expect(error).toMatchObject({ code: 'configuration', message: expect.stringMatching(/^[\x20-\x7e]+$/) })
        return undefined
      }
    }
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a1-_.,=:/@[]\n"') }))
    fc.assert(
      fc.property(text, text, (name, tail) => {
        const parsed = parse(name, `https://${tail}`)
        if (parsed !== undefined) expect(parsed).toMatch(/^[A-Za-z0-9_-]*=https:\/\/[A-Za-z0-9.:[\]-]+:\d+$/)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['default', 'etcd-1', 'node_1', 'A', `etcd-${'x'.repeat(52)}`])('takes the name %s', (name) => {
    expect(parseMember(create(MemberSchema, { ...good, name })).name).toBe(name)
  })

  it('takes a member that has not started for one without a name', () => {
    const member = parseMember(create(MemberSchema, { ...good, name: '', clientURLs: [] }))
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
  ])('refuses the name %j and never repeats it raw', (name) => {
    const error = refusal({ name })
    expect(error.code).toBe('configuration')
    expect(error.message).toMatch(/^[\x20-\x7e]+$/)
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
    '',
  ])('refuses the URL %j', (url) => {
    expect(refusal({ peerURLs: [url] }).code).toBe('configuration')
    expect(refusal({ clientURLs: [url] }).code).toBe('configuration')
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

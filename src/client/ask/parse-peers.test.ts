import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { parsePeers, readPeerHost } from './parse-peers.ts'

describe('the answer to get-peers', () => {
  it('is one client URL a line, each once', () => {
    expect(parsePeers('https://192.0.2.1:2379\nhttps://[2001:db8::1]:2379\nhttps://192.0.2.1:2379\n')).toEqual([
      'https://192.0.2.1:2379',
      'https://[2001:db8::1]:2379',
    ])
    expect(readPeerHost('https://[2001:db8::1]:2379')).toBe('2001:db8::1')
    expect(readPeerHost('https://etcd-1.example.org:2379')).toBe('etcd-1.example.org')
  })

  it.each([
    '',
    'http://192.0.2.1:2379',
    'https://192.0.2.1',
    'https://192.0.2.1:0',
    'https://192.0.2.1:65536',
    'https://user@192.0.2.1:2379',
    'https://192.0.2.1:2379/x',
    'https://192.0.2.1:2379,https://x:1',
    'https://-oProxyCommand=x:2379',
    'https://[::1%eth0]:2379',
    'https://[1:2]:2379',
    'https://a b:2379',
    '\u001b[2Jhttps://192.0.2.1:2379',
    `https://${'a'.repeat(300)}:2379`,
    'https://192.0.2.1:2379\n\nhttps://192.0.2.2:2379',
    'https://192.0.2.1:2379\n'.repeat(65),
  ])('is refused as %j', (answer) => {
    const error = syncRefusalOf(() => parsePeers(answer))
    expect(error).toMatchObject({ code: 'bad-data', message: expect.stringContaining('not a list of client URLs') })
    expect(error.message).toMatch(/^[\x20-\x7e]+$/)
  })

  it('never holds what a flag or a YAML file could take for something else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          for (const url of parsePeers(text)) expect(url).toMatch(/^https:\/\/[A-Za-z0-9.:[\]-]+$/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-data' })
        }
      }),
    )
  })
})

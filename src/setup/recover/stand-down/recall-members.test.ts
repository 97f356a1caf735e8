import { describe, expect, it } from 'vitest'
import { mergeMembers, type Remembered } from './recall-members.ts'

const peer = (number: number): string => `https://192.0.2.${number}:2380`
const client = (number: number): string => `https://192.0.2.${number}:2379`
const own = {
  name: 'etcd-1',
  flags: [`--initial-cluster=etcd-1=${peer(1)},etcd-2=${peer(2)}`],
  dataDirectory: '/d',
  peerUrls: [peer(1)],
  clientUrl: client(1),
}
const nothing: Remembered = { stored: [], lastSeen: [], heardOf: [] }
const seen = (number: number) => ({
  name: `etcd-${number}`,
  id: `000000000000000${number}`,
  peerUrls: [peer(number)],
  clientUrls: [client(number)],
})
const stored = (number: number, name = '') => ({ id: `000000000000000${number}`, name, peerUrls: [peer(number)] })
const namesOf = (remembered: Partial<Remembered>): readonly string[] =>
  mergeMembers(own, { ...nothing, ...remembered }).map(({ name }) => name)

describe('members of which this host remembers something', () => {
  it('are those of its flags, at the port for clients that it has itself', () => {
    expect(mergeMembers(own, nothing)).toEqual([
      { name: 'etcd-1', id: null, peerUrls: [peer(1)], clientUrls: [client(1)] },
      { name: 'etcd-2', id: null, peerUrls: [peer(2)], clientUrls: [client(2)] },
    ])
  })

  it('and of a sidecar, which is newer', () => {
    expect(namesOf({ lastSeen: [seen(1), seen(3)] })).toEqual(['etcd-1', 'etcd-2', 'etcd-3'])
  })

  it('and of whom it heard once, by the address', () => {
    expect(namesOf({ heardOf: [client(1), client(2), client(4)] })).toEqual(['etcd-1', 'etcd-2', '192.0.2.4'])
  })

  it('are those of the database alone where it tells: one that left since the flags were written is none', () => {
    expect(namesOf({ stored: [stored(1, 'etcd-1'), stored(3, 'etcd-3')], heardOf: [client(2)] })).toEqual([
      'etcd-1',
      'etcd-3',
    ])
  })

  it('have their names from elsewhere where the database has none (etcd 3.5.16), and else their address', () => {
    const remembered = { stored: [stored(1), stored(2), stored(3), stored(4)], lastSeen: [seen(3)] }
    expect(namesOf(remembered)).toEqual(['etcd-1', 'etcd-2', 'etcd-3', '192.0.2.4'])
  })
})

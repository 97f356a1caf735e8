import { describe, expect, it } from 'vitest'
import { compareServers } from './compare-servers.ts'

const at = (last: number | string): string => `https://192.0.2.${last}:2379`
const members = [[at(11)], [at(12)], [at(13)]]
const compare = (servers: readonly string[], ownAddresses: readonly string[] = ['127.0.0.1', '192.0.2.21']) =>
  compareServers({ servers, members, ownAddresses })

describe('compareServers', () => {
  it('finds no difference in the same members, in whatever order and however they are written', () => {
    const own = [['https://[2001:db8::1]:2379'], ['https://etcd-2.example:2379']]
    const servers = ['https://ETCD-2.example:2379/', 'https://[2001:DB8:0::1]:2379']
    expect(compareServers({ servers, members: own, ownAddresses: [] })).toMatchObject({
      gone: [],
      unclear: [],
      missing: [],
    })
    expect(compare([at(13), at(11), at(12)])).toMatchObject({ gone: [], missing: [] })
  })

  it.each([
    ['a scheme in capitals', 'HTTPS://192.0.2.11:2379'],
    ['a path, which is not dialled', 'https://192.0.2.11:2379/v3?a#b'],
    ['several slashes', 'https://192.0.2.11:2379//'],
    ['no scheme, which is dialled with TLS where there is a certificate', '192.0.2.11:2379'],
  ])('takes a server for the member that its client dials: %s', (_title, server) => {
    expect(compare([server, at(12), at(13)])).toMatchObject({ gone: [], unclear: [], missing: [] })
  })

  it('knows a host name that ends with a dot', () => {
    const own = [['https://etcd-2.example:2379']]
    const servers = ['https://etcd-2.example.:2379']
    expect(compareServers({ servers, members: own, ownAddresses: [] })).toMatchObject({ gone: [], missing: [] })
    expect(compare(['https://etcd.example.:2379'])).toMatchObject({
      gone: [],
      missing: [],
      unclear: [expect.any(String)],
    })
  })

  it('names what is gone, what is missing and the flag to put', () => {
    expect(compare([at(11), at(8), at(9)])).toEqual({
      kept: [at(11)],
      gone: [at(8), at(9)],
      unclear: [],
      missing: [at(12), at(13)],
      flag: `--etcd-servers=${at(11)},${at(12)},${at(13)}`,
    })
  })

  it.each([
    ['another port', 'https://192.0.2.11:2380'],
    ['no port, which etcd cannot dial', 'https://192.0.2.11'],
    ['no TLS', 'http://192.0.2.11:2379'],
    ['a path but no scheme', '192.0.2.11:2379/'],
    ['a scheme of another kind', 'etcd://192.0.2.11:2379'],
    ['a blank before it, which pflag keeps', ` ${at(11)}`],
    ['this host, which is no member', 'https://127.0.0.1:2379'],
  ])('takes a server for gone that has %s', (_title, server) => {
    expect(compare([server, at(12), at(13)])).toMatchObject({ gone: [expect.any(String)], missing: [at(11)] })
  })

  it('counts a URL of a member that has several for that member', () => {
    const several = [[at(11), at(111)], [at(12)]]
    expect(compareServers({ servers: [at(111), at(12)], members: several, ownAddresses: [] }).missing).toEqual([])
  })

  it.each(['https://127.0.0.1:2379', 'https://localhost:2379', 'https://[::1]:2379'])(
    'takes %s on a member for that member, and wants no other there',
    (server) => {
      expect(compare([server], ['192.0.2.12'])).toMatchObject({ kept: [server], gone: [], missing: [] })
      expect(compare([server, at(11)], ['192.0.2.12'])).toMatchObject({ gone: [], missing: [at(13)] })
    },
  )

  it('tells members of one host apart by their ports', () => {
    const local = ['https://127.0.0.1:1', 'https://127.0.0.1:2']
    const pair = { members: local.map((url) => [url]), ownAddresses: ['127.0.0.1'] }
    expect(compareServers({ ...pair, servers: ['https://127.0.0.1:1', 'https://localhost:3'] })).toMatchObject({
      kept: ['https://127.0.0.1:1'],
      gone: ['https://localhost:3'],
      missing: ['https://127.0.0.1:2'],
    })
  })

  it('does not say of a host name whose it is', () => {
    expect(compare(['https://etcd.example:2379'])).toMatchObject({
      gone: [],
      missing: [],
      unclear: ['https://etcd.example:2379'],
    })
  })

  it('makes a text fit to print', () => {
    expect(compare(['\u001b[2Jhttps://a']).gone).toEqual(['"\\x1b[2Jhttps://a"'])
  })
})

import { describe, expect, it } from 'vitest'
import { SignetError } from '../../core/signet-error.ts'
import type { InspectedEtcdServers } from '../inspect/apiserver/inspect-etcd-servers.ts'
import { judgeEtcdServers } from './judge-etcd-servers.ts'

const place = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const certificateFile = '/etc/kubernetes/pki/apiserver-etcd-client.crt'
const at = (last: number): string => `https://192.0.2.${last}:2379`
const flag = `--etcd-servers=${at(11)},${at(12)},${at(13)}`

function judge(servers: readonly string[], changes: Partial<InspectedEtcdServers> = {}) {
  const apiservers = [{ place, isManifest: true, flags: { servers, certificateFile } }]
  const members = [[at(11)], [at(12)], [at(13)]]
  return judgeEtcdServers({ apiservers, members, ownAddresses: [], certificateFile, ...changes })[0]
}

describe('judgeEtcdServers', () => {
  it('finds the members that there are well', () => {
    expect(judge([at(13), at(12), at(11)])).toEqual({
      check: 'etcd-servers',
      level: 'well',
      what: `${place} names members of etcd, and no other`,
    })
  })

  it('calls it broken where no server that is named is a member any more, and gives the line', () => {
    const found = judge([at(1), at(2)])
    expect(found).toMatchObject({
      level: 'broken',
      what: `${place} names no member of etcd any more: ${at(1)}, ${at(2)}`,
    })
    expect(found?.fix).toContain(`in ${place}: ${flag}; `)
  })

  it('calls for attention where two of three were replaced, before the third stops', () => {
    expect(judge([at(11), at(2), at(3)])).toMatchObject({
      level: 'attention',
      what: `${place} names ${at(2)}, ${at(3)}, no member any more, and lacks ${at(12)}, ${at(13)}`,
      fix: expect.stringContaining(flag),
    })
  })

  it('calls for attention where members were added only', () => {
    expect(judge([at(11)])).toMatchObject({ level: 'attention', what: `${place} lacks ${at(12)}, ${at(13)}` })
  })

  it('says how to start a process that has no manifest', () => {
    const apiservers = [{ place: 'process 7', isManifest: false, flags: { servers: [at(1)], certificateFile } }]
    expect(judge([], { apiservers })).toMatchObject({ level: 'broken', fix: `start kube-apiserver with ${flag}` })
  })

  it.each<[string, readonly string[], Partial<InspectedEtcdServers>, string, RegExp]>([
    ['nobody tells the members', [at(11)], { members: undefined }, 'unknown', /nobody told/],
    ['the members have no URL', [at(11)], { members: [] }, 'unknown', /nobody told/],
    ['the certificate is another', [at(1)], { certificateFile: '/pki/client.crt' }, 'note', /not compared/],
    ['a host name is named', ['https://etcd:2379'], {}, 'note', /https:\/\/etcd:2379: by a host name/],
  ])('says neither well nor broken where %s', (_title, servers, changes, level, what) => {
    expect(judge(servers, changes)).toMatchObject({ level, what: expect.stringMatching(what) })
  })

  it('says why a manifest was not read, and what to type', () => {
    const failure = new SignetError('refused', `${place} can be changed by other accounts`, { hint: 'chmod go-w' })
    expect(judge([], { apiservers: [{ place, isManifest: true, failure }] })).toEqual({
      check: 'etcd-servers',
      level: 'unknown',
      what: `which etcd kube-apiserver uses: ${failure.message}`,
      fix: 'chmod go-w',
    })
  })

  it('names five of many, and makes what is no URL fit to print', () => {
    const many = Array.from({ length: 60 }, (_, index) => at(100 + index))
    expect(judge(many)?.what).toMatch(/192\.0\.2\.104:2379 and 55 more$/)
    expect(judge(['\u001b]0;x\u0007'])?.what).toContain('"\\x1b]0;x\\x07"')
  })
})

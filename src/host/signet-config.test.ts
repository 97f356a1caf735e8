import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { parseConfig, readConfig } from './signet-config.ts'

const withLimits = (limits: string): string => `controlPlaneNetworks: [192.0.2.0/24]\nendpoint: {limits: ${limits}}`
const withLine = (line: string): string => `controlPlaneNetworks: [192.0.2.0/24]\n${line}`
const manyMembers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `etcd-${index}: 192.0.2.${index}`).join(', ')

describe('parseConfig', () => {
  it('fills in the defaults of the contract', () => {
    const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'signet.yaml')
    expect(config.lifetimes).toEqual({ client: 86_400, member: 90 * 86_400 })
    expect(config.clock).toBe('check')
    expect(config.endpoint.front).toBe('openssh')
    expect(config.endpoint.limits).toEqual({
      requestsPerMinute: 6000,
      connections: 4096,
      connectionsPerAddress: 2048,
      busyConnections: 512,
      served: 256,
      loginTime: 10,
      requestTime: 30,
    })
    expect(config.paths.journal).toBe('/var/lib/signet/issued.jsonl')
    expect(config.etcd.endpoints).toEqual(['https://127.0.0.1:2379'])
  })

  it('reads until when joins are open, and members with their addresses in one form', () => {
    const text = `controlPlaneNetworks: [192.0.2.0/24]
joins: 2031-05-17T12:30:00Z
members: {etcd-1: 192.0.2.11, etcd-B: "2001:DB8::0:11"}`
    const { joins, members } = parseConfig(text, 'signet.yaml')
    expect(joins).toBe('2031-05-17T12:30:00Z')
    expect(members).toEqual({ 'etcd-1': '192.0.2.11', 'etcd-B': '2001:db8::11' })
  })

  it('leaves joins open and lists no member where the file says nothing of them', () => {
    const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'signet.yaml')
    expect(config).toMatchObject({ joins: 'open', members: {} })
  })

  it.each([
    ['no network', '{}', 'controlPlaneNetworks'],
    ['an empty list of networks', 'controlPlaneNetworks: []', 'controlPlaneNetworks'],
    ['a network without prefix', 'controlPlaneNetworks: [192.0.2.1]', 'controlPlaneNetworks.0'],
    ['a prefix that is too long', 'controlPlaneNetworks: [192.0.2.0/33]', 'controlPlaneNetworks.0'],
    ['a lifetime without unit', 'controlPlaneNetworks: [192.0.2.0/24]\nlifetimes: {client: "24"}', 'lifetimes.client'],
    ['a misspelt key', 'controlPlaneNetworks: [192.0.2.0/24]\nlifetime: {}', 'lifetime'],
    ['an unknown front', 'controlPlaneNetworks: [192.0.2.0/24]\nendpoint: {front: telnet}', 'endpoint.front'],
    ['a limit of none', withLimits('{served: 0}'), 'endpoint.limits.served'],
    ['half a connection', withLimits('{connections: 1.5}'), 'endpoint.limits.connections'],
    ['a limit in words', withLimits('{requestsPerMinute: many}'), 'endpoint.limits.requestsPerMinute'],
    ['a log-in that takes an hour', withLimits('{loginTime: 1h}'), 'endpoint.limits.loginTime'],
    ['a limit for each name', withLimits('{requestsPerName: 1}'), 'endpoint.limits.requestsPerName'],
    ['plain HTTP', 'controlPlaneNetworks: [192.0.2.0/24]\netcd: {endpoints: ["http://127.0.0.1:2379"]}', 'etcd'],
    ['joins that are ajar', withLine('joins: ajar'), 'joins'],
    ['joins until an hour of no day', withLine('joins: "12:30"'), 'joins'],
    ['a member of another name', withLine('members: {db-1: 192.0.2.11}'), 'members.db-1'],
    ['a member without address', withLine('members: {etcd-1: host.example}'), 'members.etcd-1'],
    ['two members whose names differ in case', withLine('members: {etcd-a: 192.0.2.1, etcd-A: 192.0.2.2}'), 'members'],
    ['more members than any cluster has', withLine(`members: {${manyMembers(65)}}`), 'members'],
    ['what is not YAML', 'a: [', 'signet.yaml is not YAML'],
    ['a key given twice', 'clock: check\nclock: trust', 'signet.yaml is not YAML'],
  ])('refuses %s', (_what, text, subject) => {
    const error = syncRefusalOf(() => parseConfig(text, 'signet.yaml'))
    expect(error.code).toBe('configuration')
    expect(error.message).toContain(subject)
    expect(error.hint).toBeDefined()
  })

  it('names a file that is not there', () => {
    const error = syncRefusalOf(() => readConfig('/nonexistent/signet.yaml'))
    expect(error.code).toBe('configuration')
    expect(error.message).toContain('/nonexistent/signet.yaml')
  })
})

import { describe, expect, it } from 'vitest'
import { type Claim, MemberClaims } from './member-claims.ts'

const unexpired = ({ untilMs }: Claim, nowMs: number) => nowMs < untilMs
const claim = (name: string, address: string, untilMs = 100): Claim => ({ name, address, sinceMs: 0, untilMs })

describe('MemberClaims', () => {
  it('compares names without case', () => {
    const claims = new MemberClaims(unexpired)
    claims.put(claim('etcd-A', '192.0.2.1'), 0)
    claims.put(claim('etcd-a', '192.0.2.2'), 0)
    expect(claims.get('etcd-A', 0)?.address).toBe('192.0.2.2')
    claims.delete('etcd-A')
    expect(claims.get('etcd-a', 0)).toBeUndefined()
  })

  it('never forgets a claim in favour of another, and takes no new one in over its limit', () => {
    const claims = new MemberClaims(unexpired, { names: 3, namesOfSource: 2 })
    claims.put(claim('etcd-1', '192.0.2.1'), 0)
    for (let index = 0; index < 10; index += 1) claims.put(claim(`etcd-x${index}`, '192.0.2.9'), 0)
    expect(claims.list(0, 9).map(({ name }) => name)).toEqual(['etcd-1', 'etcd-x0', 'etcd-x1'])
    expect(claims.hasRoom('etcd-2', '192.0.2.2', 0)).toBe(false)
    expect(claims.hasRoom('etcd-1', '192.0.2.1', 0)).toBe(true)
    expect(claims.hasRoom('etcd-1', '192.0.2.9', 0)).toBe(false)
  })

  it('counts a /64 of IPv6 as one source', () => {
    const claims = new MemberClaims(unexpired, { names: 9, namesOfSource: 2 })
    for (let index = 1; index < 9; index += 1) claims.put(claim(`etcd-${index}`, `2001:db8::${index}`), 0)
    claims.put(claim('etcd-real', '2001:db8:0:1::1'), 0)
    expect(claims.list(0, 9).map(({ name }) => name)).toEqual(['etcd-1', 'etcd-2', 'etcd-real'])
  })

  it('has room again once claims have ended, and the clock may go back meanwhile', () => {
    const claims = new MemberClaims(unexpired, { names: 2, namesOfSource: 1 })
    claims.put(claim('etcd-1', '192.0.2.1', 5000), 0)
    claims.put(claim('etcd-2', '192.0.2.2', 9000), 0)
    expect(claims.hasRoom('etcd-3', '192.0.2.1', 4000)).toBe(false)
    expect(claims.hasRoom('etcd-3', '192.0.2.1', 5000)).toBe(true)
    claims.put(claim('etcd-3', '192.0.2.1', 9000), 5000)
    expect(claims.hasRoom('etcd-4', '192.0.2.1', 5000)).toBe(false)
    expect(claims.hasRoom('etcd-4', '192.0.2.4', -50_000)).toBe(false)
    expect(claims.hasRoom('etcd-4', '192.0.2.1', 9000)).toBe(true)
  })
})

import { describe, expect, it } from 'vitest'
import type { AuthorityMasters } from '../../protocol/authority-message.ts'
import { judgeMasters } from './judge-authority.ts'

const nowMs = Date.UTC(2031, 0, 1)
const hourMs = 3_600_000

function master(id: number, hours: number, keyChanged = false): AuthorityMasters['soonest'][number] {
  const expiry = new Date(nowMs + hours * hourMs).toISOString()
  return { name: `kubemaster-${id}`, address: `192.0.2.${id}`, expiry, keyChanged }
}

function fixesOf(soonest: AuthorityMasters['soonest']) {
  const masters = { total: soonest.length, expired: 0, keysChanged: 0, keysShared: 0, sharedKeys: [], soonest }
  return judgeMasters(masters, { nowMs, atMs: nowMs, journal: '/j' }).map(({ fix }) => fix)
}

function judge(soonest: AuthorityMasters['soonest'], atMs = nowMs) {
  const findings = judgeMasters(
    { total: soonest.length, expired: 0, keysChanged: 0, keysShared: 0, sharedKeys: [], soonest },
    { nowMs, atMs, journal: '/j' },
  )
  return findings.map(({ check, level, what }) => [check, level, what])
}

describe('judgeMasters', () => {
  it('finds nothing wrong where all have valid certificates and their own keys', () => {
    expect(judge([master(1, 1), master(2, 20)])).toEqual([['masters', 'well', expect.stringContaining('2 masters')]])
  })

  it('names masters that use one key, and counts what is left out', () => {
    const named = (id: number) => ({ name: `kubemaster-${id}`, address: `192.0.2.${id}` })
    const many = { total: 9, masters: [1, 2, 3, 4, 5, 6, 7, 8].map(named) }
    const two = { total: 2, masters: [named(11), { name: 'a\u001b[31m', address: '' }] }
    const counts = { total: 11, expired: 0, keysChanged: 0, soonest: [] }
    const found = judgeMasters(
      { ...counts, keysShared: 7, sharedKeys: [many, two] },
      { nowMs, atMs: nowMs, journal: '/j' },
    )
    expect(found.map(({ check, level }) => `${check} ${level}`)).toEqual(Array(3).fill('shared-keys attention'))
    expect(found[0]?.what).toMatch(/^use one key: kubemaster-1 \(192\.0\.2\.1\), .*kubemaster-5 \(\S+\) and 4 more$/)
    expect(found[1]?.what).toMatch(/^use one key: kubemaster-11 \(192\.0\.2\.11\), [\x20-\x7e]+$/)
    expect(found[2]?.what).toBe('5 more keys are shared')
    expect(found[0]?.fix).toContain('signet request --signer-ip=IP --new-key')
  })

  it('names those that did not renew, and counts the rest of many', () => {
    const found = judge([1, 2, 3, 4, 5, 6, 7].map((id) => master(id, -1)))
    expect(found).toEqual([
      ['masters', 'attention', expect.stringMatching(/kubemaster-5 \(192\.0\.2\.5\) and 2 more$/)],
    ])
  })

  it('names those whose certificate will have expired by a later moment', () => {
    expect(judge([master(1, 1), master(2, 20)], nowMs + 2 * hourMs)).toEqual([
      ['masters', 'attention', expect.stringMatching(/unless renewed before: kubemaster-1 \(192\.0\.2\.1\)$/)],
    ])
  })

  it('names those whose key changed, with nothing that a terminal would obey', () => {
    const odd = { ...master(1, 1, true), name: 'kubemaster-1\u001b[31m' }
    expect(judge([odd])).toEqual([['changed-keys', 'attention', expect.stringMatching(/^[\x20-\x7e]+$/)]])
    expect(fixesOf([odd])).toEqual([`compare the addresses: grep '"name":' /j | tail`])
    expect(fixesOf([master(1, 1, true)])).toEqual([`compare the addresses: grep '"name":"kubemaster-1"' /j | tail`])
  })
})

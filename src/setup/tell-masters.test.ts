import { describe, expect, it } from 'vitest'
import type { AuthorityMasters } from '../protocol/authority-message.ts'
import { adviseMasters } from './tell-masters.ts'

const flag = '--etcd-servers=https://192.0.2.11:2379'
const nowMs = Date.parse('2026-01-31T12:00:00Z')
const line = (who: string): string =>
  `tell kube-apiserver on ${who}, in /etc/kubernetes/manifests/kube-apiserver.yaml: ${flag}`

function advise(masters?: AuthorityMasters): string | undefined {
  return adviseMasters({ flag, masters, nowMs })[0]
}

function known(hours: readonly number[], forgotten = 0): AuthorityMasters {
  const soonest = hours.map((hour, index) => ({
    name: `kubemaster-${index + 1}`,
    address: `192.0.2.${index + 21}`,
    expiry: new Date(nowMs + hour * 3_600_000).toISOString(),
    keyChanged: false,
  }))
  const expired = hours.filter((hour) => hour <= 0).length
  return { total: hours.length + forgotten, expired, keysChanged: 0, keysShared: 0, sharedKeys: [], soonest }
}

describe('adviseMasters', () => {
  it('says every master where no journal is at hand', () => {
    expect(advise()).toBe(line('every master'))
  })

  // A kube-apiserver goes on by its open connections while the signer is away, and its flag is as stale as any.
  it('names those whose certificate has not expired, and then those whose has within a week', () => {
    expect(advise(known([-1, 2, 24]))).toBe(
      line('kubemaster-2 (192.0.2.22), kubemaster-3 (192.0.2.23), kubemaster-1 (192.0.2.21, certificate expired)'),
    )
    expect(advise(known([-5]))).toBe(line('kubemaster-1 (192.0.2.21, certificate expired)'))
  })

  it('counts those that are too many to name, and those that the answer had no room for', () => {
    expect(advise(known(Array.from({ length: 25 }, () => 5)))).toMatch(/kubemaster-20 \(192\.0\.2\.40\) and 5 more, in/)
    expect(advise(known([1], 300))).toBe(line('kubemaster-1 (192.0.2.21) and 300 more'))
    expect(advise(known([-1], 300))).toBe(line('kubemaster-1 (192.0.2.21, certificate expired) and 300 more'))
    expect(advise(known([], 300))).toBe(line('every master'))
  })

  it('says nothing where no master was heard of for a week', () => {
    expect(adviseMasters({ flag, masters: known([]), nowMs })).toEqual([])
    expect(adviseMasters({ flag, masters: { ...known([]), total: 3, expired: 3 }, nowMs })).toEqual([])
  })
})

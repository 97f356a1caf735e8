import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatObjection, kubeadmObjection } from './kubeadm-minimum.ts'

describe('kubeadmObjection', () => {
  it.each<[readonly string[], string | undefined]>([
    [['3.4.23'], '3.4.23'],
    [['3.5.16', '3.5.16'], '3.5.16'],
    [['3.5.23', '3.5.24'], '3.5.23'],
    [['3.4.40', '3.5.9'], '3.4.40, 3.5.9'],
    [['2.3.8'], '2.3.8'],
    [['3.5.24'], undefined],
    [['3.5.24-rc.1', '3.5.35+dfsg'], undefined],
    [['3.6.0', '3.7.3', '4.0.0'], undefined],
    [['"odd"', ''], undefined],
    [[], undefined],
  ])('of %j is to %s', (versions, named) => {
    const what =
      named === undefined ? undefined : `kubeadm refuses an external etcd below 3.5.24, and this one is ${named}`
    expect(kubeadmObjection(versions)?.what).toBe(what)
  })

  it('is that of a naive comparison', () => {
    const part = fc.nat({ max: 40 })
    fc.assert(
      fc.property(fc.nat({ max: 5 }), part, part, (major, minor, patch) => {
        const isOld = major * 1_000_000 + minor * 1000 + patch < 3_005_024
        expect(kubeadmObjection([`${major}.${minor}.${patch}`]) !== undefined).toBe(isOld)
      }),
    )
  })

  it('says in one line what to type', () => {
    const objection = kubeadmObjection(['3.4.23'])
    expect(objection && formatObjection(objection)).toMatch(
      /^kubeadm refuses .*; bring every member to 3\.5\.24 or later.*: kubeadm init /,
    )
  })
})

import { describe, expect, it } from 'vitest'
import { downFindings, downSigner, newSigner, shownAtMs, wellSigner } from '../../../test/support/host/shown-hosts.ts'
import type { HostDescription } from '../describe-host.ts'
import { formatVerdict } from './format-verdict.ts'
import { plainScreen } from './screen.ts'

const place = { screen: plainScreen, nowMs: shownAtMs, atMs: shownAtMs }
const verdict = (host: HostDescription): string => formatVerdict(host, [], place)

/** That host, with another horizon. */
function withHorizon(host: HostDescription, change: Partial<NonNullable<HostDescription['horizon']>>): HostDescription {
  if (host.horizon === null) throw new Error('no horizon')
  return { ...host, horizon: { ...host.horizon, ...change } }
}

describe('the first line of a signer', () => {
  it('says when the first master would fail without it, and for how many that is unknown', () => {
    expect(verdict(wellSigner)).toBe(
      'well; the first master would fail in 14 h 12 m, 03:12 UTC, without this signer: kubemaster-7; unknown for 1 master\n',
    )
  })

  it('says that no signer answers, and when the first master fails', () => {
    expect(formatVerdict(downSigner, downFindings, place)).toBe(
      'broken: 1 finding; no signer answers; the first master fails in 14 h 12 m, 03:12 UTC: kubemaster-7\n',
    )
  })

  it('says so too where the authority answers, but nobody can reach it', () => {
    const host = { ...wellSigner, signer: { address: '192.0.2.11', isReachable: false } }
    expect(verdict(host)).toContain('no signer answers; the first master fails in 14 h 12 m')
  })

  it('says who fails next where some have expired, and does not say so of masters that were taken down', () => {
    expect(verdict(withHorizon(downSigner, { expired: 2 }))).toContain(
      'no signer answers; 2 masters have expired; the next master fails in 14 h 12 m',
    )
    expect(verdict(withHorizon(wellSigner, { expired: 2 }))).not.toContain('expired')
    const last = withHorizon(downSigner, { at: null, name: null, expired: 1 })
    expect(verdict(last)).toContain('no signer answers; 1 master has expired; first certificate ends')
  })

  it('says that it is unknown where it knows no master that renews', () => {
    expect(verdict(newSigner)).toMatch(
      /^well; first certificate ends .*; without this signer: unknown for 4 masters\n$/,
    )
  })

  it('tells of its own certificate where that ends before', () => {
    const [row] = wellSigner.certificates
    if (row === undefined) throw new Error('no certificate')
    const host = { ...wellSigner, certificates: [{ ...row, notAfter: '2031-01-01T14:30:00.000Z' }] }
    expect(verdict(host)).toContain('kubemaster-7; first certificate ends in 1 h 30 m, 14:30 UTC: etcd-1;')
  })
})

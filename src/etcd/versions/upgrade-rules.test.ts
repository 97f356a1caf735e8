import { describe, expect, it } from 'vitest'
import { findUpgradeObstacle, isBelowFloor, parseMemberVersion, refusedV2Entries } from './upgrade-rules.ts'

function version(text: string) {
  const parsed = parseMemberVersion(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

/** `own -> target beside others, cluster`. */
function obstacle(own: string, target: string, others: readonly string[], cluster: string) {
  return findUpgradeObstacle({
    own: version(own),
    target: version(target),
    others: others.map(version),
    cluster: version(`${cluster}.0`),
  })
}

describe('findUpgradeObstacle', () => {
  it.each([
    ['3.4.23', '3.5.35', ['3.4.23', '3.4.23'], '3.4'],
    ['3.4.23', '3.5.35', ['3.5.35', '3.5.35'], '3.4'],
    ['3.5.35', '3.6.16', ['3.5.35', '3.5.26'], '3.5'],
    ['3.6.16', '3.7.3', ['3.6.16', '3.6.16'], '3.6'],
    ['3.5.16', '3.5.35', ['3.5.16'], '3.5'],
    ['3.5.35', '3.5.16', ['3.5.35'], '3.5'],
    ['3.6.16', '3.5.35', ['3.6.16', '3.5.35'], '3.5'],
    ['3.5.35', '3.6.16', [], '3.5'],
  ])('%s may become %s beside %s in a cluster of %s', (own, target, others, cluster) => {
    expect(obstacle(own, target, others, cluster)).toBeUndefined()
  })

  it.each([
    ['3.4.23', '3.6.16', ['3.4.23'], '3.4', { kind: 'skips-minor', next: '3.5' }],
    ['3.7.3', '3.5.35', ['3.6.16'], '3.6', { kind: 'skips-minor', next: '3.6' }],
    ['3.5.25', '3.6.16', ['3.5.35'], '3.5', { kind: 'below-floor', below: version('3.5.25') }],
    ['3.5.35', '3.6.16', ['3.5.35', '3.5.16'], '3.5', { kind: 'below-floor', below: version('3.5.16') }],
    ['3.5.35', '3.5.16', ['3.6.16'], '3.5', { kind: 'below-floor', below: version('3.5.16') }],
    ['3.6.16', '3.5.35', ['3.6.16'], '3.6', { kind: 'downgrade', cluster: '3.6' }],
    ['3.6.16', '3.5.35', [], '3.6', { kind: 'downgrade', cluster: '3.6' }],
    ['3.6.16', '3.7.3', ['3.5.35'], '3.5', { kind: 'apart', other: version('3.5.35') }],
    ['3.6.16', '3.7.3', ['3.6.16'], '3.5', { kind: 'not-raised-yet', cluster: '3.5' }],
    ['3.4.23', '3.3.10', ['3.4.23'], '3.4', { kind: 'unsupported' }],
    ['3.7.3', '4.0.0', ['3.7.3'], '3.7', { kind: 'unsupported' }],
  ])('%s may not become %s beside %s in a cluster of %s', (own, target, others, cluster, expected) => {
    expect(obstacle(own, target, others, cluster)).toEqual(expected)
  })

  it('has its floor where zombie members are taken out of the v3 store', () => {
    expect(['3.4.99', '3.5.0', '3.5.25', '3.5.26', '3.6.0'].map(version).map(isBelowFloor)).toEqual([
      ...[false, true, true, false, false],
    ])
  })

  it('knows which entries of the v2 API each version reads', () => {
    expect(['3.4.0', '3.5.0', '3.6.0', '3.7.0', '3.8.0'].map(version).map(refusedV2Entries)).toEqual([
      ...['none', 'none', 'foreign', 'all', 'all'],
    ])
  })
})

import { describe, expect, it } from 'vitest'
import type { Signer } from '../../client/ask/signer.ts'
import { SignetError } from '../../core/signet-error.ts'
import { inspectSigner } from '../inspect/inspect-signer.ts'
import { judgeClock } from './judge-clock.ts'
import { judgeSigner } from './judge-signer.ts'

const signer: Signer = { address: '192.0.2.11', knownHostsFile: '/known_hosts', hostKeyPolicy: 'report' }
const pin = `SHA256:${'AB'.repeat(32)}`
const nowMs = Date.UTC(2031, 0, 1)

async function judge(change: { readonly aheadMs?: number; readonly clockSynchronised?: boolean | null } = {}) {
  const { aheadMs = 0, clockSynchronised = true } = change
  const time = new Date(nowMs + aheadMs).toISOString()
  const answer = {
    version: '0.1.0',
    time,
    ca: { pin, notAfter: time },
    clientLifetimeSeconds: 86_400,
    clockSynchronised,
  }
  const ask = async (): Promise<string> => JSON.stringify(answer)
  return judgeSigner(await inspectSigner(signer, { ask, clock: { now: () => nowMs } }), [pin])
}

describe('judgeSigner', () => {
  it('finds nothing wrong with a signer that answers at the same time', async () => {
    expect((await judge({ aheadMs: 59_000 })).every(({ level }) => level === 'well')).toBe(true)
    expect((await judge({ clockSynchronised: null })).every(({ level }) => level === 'well')).toBe(true)
  })

  it.each([
    [90_000, 'attention', '90.0 s behind'],
    [-90_000, 'attention', '90.0 s ahead of'],
    [11 * 60_000, 'broken', '660.0 s behind'],
  ])('tells of a signer %i ms ahead', async (aheadMs, level, what) => {
    expect(await judge({ aheadMs })).toContainEqual(
      expect.objectContaining({ check: 'clock-skew', level, what: expect.stringContaining(what) }),
    )
  })

  it('tells of a signer whose clock is not synchronised', async () => {
    const found = await judge({ clockSynchronised: false })
    expect(found).toContainEqual(expect.objectContaining({ check: 'signer-clock', level: 'attention' }))
  })

  it('tells of a signer with another CA than the installed one', async () => {
    const inspected = {
      signer,
      status: { timeMs: nowMs, pin, caNotAfterMs: nowMs, clientLifetimeSeconds: 1, clockSynchronised: true },
      clockSkewMs: 0,
    }
    const others = ['00', '11'].map((byte) => `SHA256:${byte.repeat(32)}`)
    expect(judgeSigner(inspected, others)).toContainEqual(
      expect.objectContaining({
        check: 'signer-ca',
        level: 'broken',
        what: expect.stringContaining(others.join(', ')),
      }),
    )
    for (const installed of [[], [pin], [...others, pin]]) {
      expect(judgeSigner(inspected, installed)).not.toContainEqual(expect.objectContaining({ check: 'signer-ca' }))
    }
  })

  it('tells why a signer does not answer, and what to type', async () => {
    const ask = async (): Promise<never> => {
      throw new SignetError('unavailable', 'the signer 192.0.2.11 does not let this host in', {
        hint: 'see the network',
      })
    }
    const found = judgeSigner(await inspectSigner(signer, { ask, clock: { now: () => nowMs } }), [pin])
    expect(found).toMatchObject([
      {
        check: 'signer',
        level: 'attention',
        what: 'the signer 192.0.2.11 does not let this host in',
        fix: 'see the network',
      },
    ])
  })
})

describe('judgeClock', () => {
  it.each<[boolean | null, string]>([
    [true, 'well'],
    [false, 'attention'],
    [null, 'unknown'],
  ])('judges %s as %s', (isSynchronised, level) => {
    expect(judgeClock(isSynchronised).level).toBe(level)
  })
})

import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { parseSignerStatus } from './signer-status.ts'

const signer = { address: '192.0.2.11', knownHostsFile: '/k', hostKeyPolicy: 'remember' } as const

const status = {
  version: '0.1.0',
  time: '2026-01-31T12:00:00.000Z',
  ca: { pin: `SHA256:${'AB'.repeat(32)}`, notAfter: '2036-01-31T00:00:00.000Z' },
  clientLifetimeSeconds: 86_400,
  clockSynchronised: true,
}

describe('the answer to get-status', () => {
  it('is read, and what a later version adds is read past', () => {
    expect(parseSignerStatus(`${JSON.stringify({ ...status, later: 1 })}\n`, signer)).toEqual({
      timeMs: Date.UTC(2026, 0, 31, 12),
      pin: status.ca.pin,
      caNotAfterMs: Date.UTC(2036, 0, 31),
      clientLifetimeSeconds: 86_400,
      clockSynchronised: true,
    })
  })

  it.each([
    ['no JSON', 'Welcome!'],
    ['no object', '1'],
    ['a time that is none', JSON.stringify({ ...status, time: 'now' })],
    ['a pin that is none', JSON.stringify({ ...status, ca: { ...status.ca, pin: 'x' } })],
    ['a lifetime below zero', JSON.stringify({ ...status, clientLifetimeSeconds: -1 })],
  ])('is refused as %s', (_, answer) => {
    expect(syncRefusalOf(() => parseSignerStatus(answer, signer))).toMatchObject({ code: 'bad-data' })
  })
})

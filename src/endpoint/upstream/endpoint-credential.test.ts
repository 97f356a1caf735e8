import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { createTestCa, testNowMs } from '../../../test/support/x509/test-ca.ts'
import { SignetError } from '../../core/signet-error.ts'
import { formatPem } from '../../x509/pem.ts'
import { EndpointCredential } from './endpoint-credential.ts'

const authority = createTestCa()
const startMs = testNowMs
const lifetimeMs = 3 * 3600 * 1000

function harness() {
  const state = { nowMs: startMs, asked: 0, failure: undefined as SignetError | undefined }
  const credential = new EndpointCredential({
    writeCsr: (commonName) => Buffer.from(commonName),
    sign: async (question) => {
      expect(question).toEqual({ ask: 'endpoint', csr: Buffer.from('signet-endpoint').toString('base64') })
      state.asked += 1
      if (state.failure !== undefined) throw state.failure
      return formatPem('CERTIFICATE', authority.issue({ notAfterMs: state.nowMs + lifetimeMs }))
    },
    clock: { now: () => state.nowMs },
  })
  return { state, credential }
}

const down = new SignetError('unavailable', 'the signing authority does not answer')
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe('EndpointCredential', () => {
  it('asks once, however many want it at once', async () => {
    const { state, credential } = harness()
    const all = await Promise.all([credential.read(), credential.read(), credential.read()])
    expect(new Set(all).size).toBe(1)
    expect(state.asked).toBe(1)
    expect(all[0].keyPem).toContain('BEGIN PRIVATE KEY')
  })

  it('is renewed after a third of its lifetime, with the same key, while its users go on', async () => {
    const { state, credential } = harness()
    const first = await credential.read()
    state.nowMs += lifetimeMs / 3 - 1000
    expect(await credential.read()).toBe(first)
    await settled()
    expect(state.asked).toBe(1)
    state.nowMs += 1000
    expect(await credential.read()).toBe(first)
    await settled()
    const second = await credential.read()
    expect(second).not.toBe(first)
    expect(second.keyPem).toBe(first.keyPem)
    expect(state.asked).toBe(2)
  })

  it('stays in use while it cannot be renewed, until it has expired', async () => {
    const { state, credential } = harness()
    const first = await credential.read()
    state.failure = down
    state.nowMs += lifetimeMs - 1000
    expect(await credential.read()).toBe(first)
    await settled()
    state.nowMs += 1000
    expect((await refusalOf(credential.read())).code).toBe('unavailable')
  })

  it('does not ask an authority again at once that has just failed', async () => {
    const { state, credential } = harness()
    state.failure = down
    for (const [waitMs, asked] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [1999, 2],
      [1, 3],
      [10 * 60_000, 4],
    ] as const) {
      state.nowMs += waitMs
      expect((await refusalOf(credential.read())).message).toBe(down.message)
      expect(state.asked).toBe(asked)
    }
    state.failure = undefined
    state.nowMs += 60_000
    expect((await credential.read()).certPem).toContain('BEGIN CERTIFICATE')
  })

  it('refuses an answer that is no certificate', async () => {
    const credential = new EndpointCredential({
      writeCsr: () => Buffer.from('x'),
      sign: async () => 'nonsense',
      clock: { now: () => startMs },
    })
    expect((await refusalOf(credential.read())).code).toBe('unavailable')
  })
})

import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { formatWait, showWaits } from './show-waits.ts'

describe('formatWait', () => {
  it('names whom, and for how long at most', () => {
    expect(formatWait(['the signer', 'etcd'], 2100, 80)).toBe('signet: waiting for the signer, etcd: 3 s at most')
  })

  it.each([1, 10, 20, 40])('fits %i columns, where a line that wraps would stay', (columns) => {
    expect(formatWait(['the signer', 'etcd'], 2100, columns).length).toBeLessThan(columns)
  })
})

describe('showWaits', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    [900, ''],
    [1100, '\r\u001b[Ksignet: waiting for etcd: 3 s at most\r\u001b[K'],
  ])('says of a wait of %i ms what a terminal is to show, and takes it back', (ms, said) => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
    const waits = showWaits(stream, () => 3000)
    waits.began('etcd')
    waits.began('the signer')
    waits.ended('the signer')
    vi.advanceTimersByTime(ms)
    waits.close()
    expect(stream.read()?.toString() ?? '').toBe(said)
  })

  it('says nothing in a log', () => {
    const stream = new PassThrough()
    const waits = showWaits(stream, () => 3000)
    waits.began('etcd')
    vi.advanceTimersByTime(5000)
    waits.close()
    expect(stream.read()).toBe(null)
  })
})

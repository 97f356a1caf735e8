import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type CanaryResult, startWriteCanary } from './write-canary.ts'

/** Plays a canary against a cluster whose puts take these milliseconds; a negative one fails after as many. */
async function play(
  putMs: readonly number[],
): Promise<CanaryResult & { readonly asked: readonly string[]; readonly removed: readonly string[] }> {
  let nowMs = 1000
  const left = [...putMs]
  const asked: string[] = []
  const removed: string[] = []
  const canary = startWriteCanary({
    endpoints: ['a', 'b'],
    put: async (endpoint, key) => {
      await setImmediate()
      const ms = left.shift()
      if (ms === undefined) return
      asked.push(`${endpoint} ${key}`)
      nowMs += Math.abs(ms)
      if (ms < 0) throw new Error('no leader')
    },
    remove: async (key) => {
      removed.push(key)
      throw new Error('and nobody minds')
    },
    time: {
      now: () => nowMs,
      delay: async (ms) => {
        nowMs += ms
        await setImmediate()
      },
    },
  })
  while (left.length > 0) await setImmediate()
  return { ...(await canary.stop()), asked, removed }
}

describe('a write canary', () => {
  it('measures the longest time between two answers, not the first connection', async () => {
    const { longestPauseMs, failures } = await play([500, 3, 7, 40, 2])
    expect(longestPauseMs).toBe(40)
    expect(failures).toBe(0)
  })

  it('counts a failure and the time until the next success into one pause, at the other endpoint', async () => {
    const { longestPauseMs, failures, asked } = await play([5, 5, -100, -20, 5])
    expect(failures).toBe(2)
    expect(longestPauseMs).toBe(100 + 10 + 20 + 10 + 5)
    expect(asked.map((text) => text[0]).join('')).toBe('aaaba')
  })

  it('measures a pause that no success ends', async () => {
    expect((await play([5, 5, -300])).longestPauseMs).toBeGreaterThanOrEqual(300)
  })

  it('writes one key and deletes it at the end', async () => {
    const { asked, removed } = await play([1, 1])
    expect(new Set(asked)).toEqual(new Set(['a signet/canary']))
    expect(removed).toEqual(['signet/canary'])
  })
})

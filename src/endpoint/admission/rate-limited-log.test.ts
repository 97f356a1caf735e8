import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../test/support/silent.ts'
import type { LogFields } from '../../core/log.ts'
import { RateLimitedLog } from './rate-limited-log.ts'

function record() {
  const lines: (LogFields & { event: string })[] = []
  let nowMs = 0
  const log = { ...silentLog, warn: (fields: LogFields, event: string) => void lines.push({ ...fields, event }) }
  const limited = new RateLimitedLog(log, { now: () => nowMs }, 3)
  const warn = (kind: string, count: number): void => {
    for (let index = 0; index < count; index += 1) limited.warn(kind, {}, 'refused')
  }
  const advance = (ms: number): void => {
    nowMs += ms
  }
  return { lines, limited, warn, advance }
}

describe('RateLimitedLog', () => {
  it('logs so many a minute of each kind, and says how many it left out', () => {
    const { lines, warn, advance } = record()
    warn('usage', 10)
    warn('refused', 2)
    expect(lines.map(({ kind }) => kind)).toEqual(['usage', 'usage', 'usage', 'refused', 'refused'])
    advance(60_000)
    warn('usage', 1)
    expect(lines.slice(5)).toEqual([
      { kind: 'usage', count: 7, event: 'more of this kind were not logged' },
      { kind: 'usage', event: 'refused' },
    ])
  })

  it('sums up once when it is told to', () => {
    const { lines, limited, warn } = record()
    warn('usage', 4)
    limited.flush()
    limited.flush()
    expect(lines.filter(({ count }) => count === 1)).toHaveLength(1)
  })

  it('is not silenced by a clock that was set back', () => {
    const { lines, warn, advance } = record()
    advance(1_000_000)
    warn('usage', 5)
    advance(-500_000)
    warn('usage', 1)
    expect(lines.at(-1)?.event).toBe('refused')
  })
})

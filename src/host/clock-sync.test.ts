import { describe, expect, it } from 'vitest'
import { createClockSync, type RunProgram } from './clock-sync.ts'

const absent: RunProgram = () => Promise.reject(new Error('ENOENT'))

function programs(outputs: Readonly<Record<string, string>>): RunProgram {
  return (command) => {
    const output = outputs[command]
    return output === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(output)
  }
}

describe('createClockSync', () => {
  it.each([
    ['timedatectl says yes', { timedatectl: 'yes\n' }, true],
    ['timedatectl says no', { timedatectl: 'no\n', chronyc: 'Leap status     : Normal\n' }, false],
    ['only chrony can tell that it is', { chronyc: 'Stratum : 3\nLeap status     : Normal\n' }, true],
    ['only chrony can tell that it is not', { chronyc: 'Leap status     : Not synchronised\n' }, false],
  ])('knows where %s', async (_what, outputs, expected) => {
    expect(await createClockSync({ now: () => 0 }, programs(outputs))()).toBe(expected)
  })

  it('does not claim that a clock is wrong where nothing can tell', async () => {
    expect(await createClockSync({ now: () => 0 }, absent)()).not.toBe(false)
  })

  it('asks again after a minute, or when the clock was set back, and not before', async () => {
    let nowMs = 1_000_000
    let asked = 0
    const sync = createClockSync({ now: () => nowMs }, () => {
      asked += 1
      return Promise.resolve('yes')
    })
    for (const [timeMs, expected] of [
      [1_000_000, 1],
      [1_059_999, 1],
      [1_060_000, 2],
      [1_000_000, 3],
    ] as const) {
      nowMs = timeMs
      await sync()
      expect(asked).toBe(expected)
    }
  })
})

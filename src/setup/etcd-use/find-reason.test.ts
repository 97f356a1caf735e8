import { expect, it } from 'vitest'
import { findReason } from './find-reason.ts'

const line = (level: string, msg: string, error?: string): string => JSON.stringify({ level, msg, error })

it.each([
  [
    [line('info', 'starting'), line('fatal', 'discovery failed', 'no route'), line('info', 'closed')],
    '"discovery failed: no route"',
  ],
  [
    [line('error', 'first'), line('panic', 'detected disallowed v2 WAL'), 'goroutine 1 [running]:'],
    '"detected disallowed v2 WAL"',
  ],
  [
    ['panic: runtime error: invalid memory address', 'goroutine 1 [running]:'],
    '"panic: runtime error: invalid memory address"',
  ],
  [['flag provided but not defined: -enable-v2'], '"flag provided but not defined: -enable-v2"'],
  [[], undefined],
])('why etcd ended is read from %j', (lines, reason) => {
  expect(findReason(lines)).toBe(reason)
})

it('what etcd says is quoted: its own words may hold what others sent it', () => {
  expect(findReason([line('fatal', 'a\u001b[31mb')])).not.toContain('\u001b')
})

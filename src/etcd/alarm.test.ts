import { expect, it } from 'vitest'
import { parseAlarm } from './alarm.ts'

it.each([
  ['memberID:13803658152347727308 alarm:NOSPACE ', 13803658152347727308n, 'NOSPACE'],
  ['memberID:1  alarm:CORRUPT', 1n, 'CORRUPT'],
  ['alarm:CORRUPT ', 0n, 'CORRUPT'],
  ['memberID:1 alarm:3', 1n, '3'],
])('reads %j', (text, memberId, kind) => {
  expect(parseAlarm(text)).toEqual({ memberId, kind })
})

it.each([
  'etcdserver: no leader',
  '',
  'alarm:',
  'alarm:\u001b[2J',
  'memberID:x alarm:NOSPACE',
  'memberID:1 alarm:NOSPACE x',
])('takes %j for no alarm', (text) => {
  expect(parseAlarm(text)).toBeUndefined()
})

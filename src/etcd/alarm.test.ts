import { expect, it } from 'vitest'
import { maxReadFaults, readFaults } from './alarm.ts'

it.each([
  ['memberID:13803658152347727308 alarm:NOSPACE ', 13803658152347727308n, 'NOSPACE'],
  ['memberID:1  alarm:CORRUPT', 1n, 'CORRUPT'],
  ['alarm:CORRUPT ', 0n, 'CORRUPT'],
  ['memberID:1 alarm:3', 1n, '3'],
])('reads %j', (text, memberId, kind) => {
  expect(readFaults([text], 7n)).toEqual({ alarms: [{ memberId, kind }], others: [] })
})

it.each([
  'etcdserver: no leader',
  '',
  'alarm:',
  'alarm:\u001b[2J',
  'memberID:x alarm:NOSPACE',
  'memberID:1 alarm:NOSPACE x',
])('takes %j for no alarm', (text) => {
  expect(readFaults([text], 7n)).toEqual({ alarms: [], others: [text] })
})

it('reads 64 faults of a status at most, and those of the member itself whatever else is there', () => {
  const invented = Array.from({ length: 5000 }, (_, index) => `memberID:${index + 100} alarm:NOSPACE `)
  const errors = ['etcdserver: no leader', ...invented, 'memberID:7 alarm:CORRUPT ']
  const { alarms, others } = readFaults(errors, 7n)
  expect(alarms).toHaveLength(maxReadFaults)
  expect(alarms[0]).toEqual({ memberId: 7n, kind: 'CORRUPT' })
  expect(others).toEqual(['etcdserver: no leader'])
  expect(readFaults(Array(5000).fill('x'), 7n).others).toHaveLength(maxReadFaults)
})

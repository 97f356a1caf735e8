import { expect, it } from 'vitest'
import { findingsStatus, type Level } from './finding.ts'

it.each<[readonly Level[], number]>([
  [[], 0],
  [['well', 'note', 'unknown'], 0],
  [['well', 'attention'], 1],
  [['attention', 'broken', 'well'], 2],
])('makes of %j the exit status %i', (levels, status) => {
  expect(findingsStatus(levels.map((level) => ({ level })))).toBe(status)
})

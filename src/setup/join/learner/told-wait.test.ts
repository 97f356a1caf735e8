import { expect, it } from 'vitest'
import { ToldWait } from './told-wait.ts'

it('tells what is waited for, and for how long at most, once it has taken a second', () => {
  let nowMs = 5000
  const told: unknown[] = []
  const listener = { waiting: (...what: unknown[]) => void told.push(what) }
  const wait = new ToldWait({ time: { now: () => nowMs }, listener }, 30_000)
  wait.tell('it does not answer')
  nowMs += 999
  wait.tell('it does not answer')
  expect(told).toEqual([])
  nowMs += 1
  wait.tell('it knows no Raft leader')
  expect([told, wait.isOver]).toEqual([[['it knows no Raft leader', 29_000]], false])
  nowMs += 29_000
  expect(wait.isOver).toBe(true)
})

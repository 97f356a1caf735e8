import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SignetError } from '../core/signet-error.ts'
import { waitUntil } from './wait-until.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const failure = (): SignetError => new SignetError('unavailable', 'it does not answer', { hint: 'see why' })

it('tells once a second how much longer it may last, though the question itself hangs', async () => {
  const told: number[] = []
  let answer: (value: string) => void = () => {}
  const hanging = new Promise<string>((resolve) => {
    answer = resolve
  })
  const waited = waitUntil(() => hanging, { timeoutMs: 30_000, failure, onWait: (leftMs) => told.push(leftMs) })
  await vi.advanceTimersByTimeAsync(3500)
  answer('there')
  expect(await waited).toBe('there')
  await vi.advanceTimersByTimeAsync(5000)
  expect(told).toEqual([29_000, 28_000, 27_000])
})

it('tells nothing of what takes less than a second', async () => {
  const told: number[] = []
  const quick = new Promise<string>((resolve) => setTimeout(() => resolve('there'), 900))
  const waited = waitUntil(() => quick, { timeoutMs: 30_000, failure, onWait: (leftMs) => told.push(leftMs) })
  await vi.advanceTimersByTimeAsync(3000)
  expect([await waited, told]).toEqual(['there', []])
})

import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ClusterVersion } from './cluster-version.ts'

function harness(patienceMs = 1000) {
  const state = { nowMs: 0, asked: 0, answer: async (): Promise<readonly string[]> => [] }
  const readVersions = () => {
    state.asked += 1
    return state.answer()
  }
  const version = new ClusterVersion({ readVersions, clock: { now: () => state.nowMs }, patienceMs })
  return { state, version }
}

it.each([
  [['3.6.16'], '3.6'],
  [['3.6.16', '3.5.26', '3.6.16'], '3.5'],
  [['3.10.1', '3.9.2'], '3.9'],
  [['3.6.0-rc.1'], '3.6'],
  [['"\\u001b[2J"', '3.6', 'x'.repeat(32)], undefined],
  [[], undefined],
] as const)('of members that run %j the cluster runs %s', async (versions, expected) => {
  const { state, version } = harness()
  state.answer = async () => versions
  expect(await version.ask()).toBe(expected)
})

it('members are asked once in ten seconds, and in two while none answers', async () => {
  const { state, version } = harness()
  state.answer = () => Promise.reject(new Error('away'))
  expect(await version.ask()).toBeUndefined()
  state.answer = async () => ['3.6.16']
  expect(await version.ask()).toBeUndefined()
  state.nowMs = 2000
  expect(await version.ask()).toBe('3.6')
  state.nowMs = 11_999
  state.answer = async () => ['3.7.3']
  expect(await Promise.all([version.ask(), version.ask()])).toEqual(['3.6', '3.6'])
  state.nowMs = 12_000
  expect(await Promise.all([version.ask(), version.ask()])).toEqual(['3.7', '3.7'])
  expect(state.asked).toBe(3)
})

it('nobody waits longer than they are told to, and who comes later hears what was found out meanwhile', async () => {
  const { state, version } = harness(20)
  let tell: (versions: readonly string[]) => void = () => {}
  state.answer = () =>
    new Promise((resolve) => {
      tell = resolve
    })
  expect(await version.ask()).toBeUndefined()
  expect(await version.ask()).toBeUndefined()
  tell(['3.6.16'])
  await setImmediate()
  expect(await version.ask()).toBe('3.6')
  expect(state.asked).toBe(1)
})

it('where etcd hangs, one reading keeps callers for its first second alone, however many come', async () => {
  const { state, version } = harness(200)
  state.answer = () => new Promise(() => {})
  await version.ask()
  const startedAtMs = performance.now()
  for (let caller = 0; caller < 50; caller += 1) expect(await version.ask()).toBeUndefined()
  expect(performance.now() - startedAtMs).toBeLessThan(200)
  expect(state.asked).toBe(1)
})

it('a clock that was set back keeps nothing', async () => {
  const { state, version } = harness()
  state.nowMs = 3_600_000
  state.answer = async () => ['3.6.16']
  expect(await version.ask()).toBe('3.6')
  state.nowMs = 0
  state.answer = async () => ['3.7.3']
  expect(await version.ask()).toBe('3.7')
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairGate } from './fair-gate.ts'

function enterMany(gate: FairGate, source: string, count: number, started: string[]): (() => void)[] {
  return Array.from({ length: count }, (_, index) => gate.enter(source, () => started.push(`${source}${index}`)))
}

it('is locked only where even a source that holds nothing would have to wait', () => {
  const gate = new FairGate(2)
  const leave = gate.enter('a', () => {})
  gate.enter('a', () => {})
  expect(gate.locked).toBe(0)
  gate.enter('b', () => {})
  expect(gate.locked).toBe(1)
  gate.enter('c', () => {})
  expect(gate.locked).toBe(2)
  leave()
  expect(gate.locked).toBe(1)
})

it('drops the last of the longest line for a source that would still have the shorter one, and nobody else', () => {
  const gate = new FairGate(1)
  const dropped: string[] = []
  const enter = (source: string, name: string) =>
    gate.enter(
      source,
      () => {},
      () => dropped.push(name),
    )
  const leaves = [enter('a', 'a0'), enter('a', 'a1'), enter('a', 'a2'), enter('a', 'a3'), enter('b', 'b0')]
  expect([gate.dropForSource('c'), gate.dropForSource('b'), gate.dropForSource('a')]).toEqual([true, false, false])
  expect(dropped).toEqual(['a3'])
  expect([gate.dropForSource('c'), gate.dropForSource('c')]).toEqual([true, false])
  expect(dropped).toEqual(['a3', 'a2'])
  for (const leave of leaves) leave()
  expect(gate.taken).toBe(0)
})

describe('FairGate', () => {
  it('has a place for a newcomer, whatever one neighbour holds and wants', () => {
    const gate = new FairGate(8)
    const started: string[] = []
    enterMany(gate, 'noisy', 1000, started)
    expect(started).toHaveLength(4)
    enterMany(gate, 'quiet', 1, started)
    expect(started.at(-1)).toBe('quiet0')
  })

  it('gives two neighbours the same, and still has a place for a third', () => {
    const gate = new FairGate(9)
    const started: string[] = []
    const first = enterMany(gate, 'a', 100, started)
    enterMany(gate, 'b', 100, started)
    for (const leave of first.slice(0, 20)) leave()
    expect(gate.taken).toBeLessThan(9)
    enterMany(gate, 'c', 1, started)
    expect(started.at(-1)).toBe('c0')
  })

  it('starts the calls of one source in their order, and forgets those who left while they waited', () => {
    const gate = new FairGate(2)
    const started: string[] = []
    const [first, second, third] = enterMany(gate, 'a', 4, started)
    second?.()
    first?.()
    first?.()
    third?.()
    expect(started).toEqual(['a0', 'a2', 'a3'])
  })

  it('takes turns between those who wait', () => {
    const gate = new FairGate(1)
    const started: string[] = []
    const leaves = [gate.enter('x', () => started.push('x0'))]
    for (const source of ['a', 'b']) leaves.push(...enterMany(gate, source, 2, started))
    // Whoever is in leaves.
    for (const index of [0, 1, 3, 2, 4]) leaves[index]?.()
    expect(started).toEqual(['x0', 'a0', 'b0', 'a1', 'b1'])
  })

  const step = fc.record({ source: fc.constantFrom('a', 'b', 'c', 'd'), leave: fc.nat(30), isEntering: fc.boolean() })

  it('never lets in too many, lets nobody wait for whom there is a place, and loses nobody', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 80 }), (max, steps) => {
        const gate = new FairGate(max)
        const calls: Entered[] = []
        for (const { source, leave, isEntering } of steps) {
          if (isEntering) enter(gate, source, calls)
          else calls[leave]?.leave()
          expect(gate.taken).toBe(inside(calls).length)
          expect(gate.taken).toBeLessThanOrEqual(max)
          for (const call of waiting(calls)) expect(held(calls, call.source)).toBeGreaterThanOrEqual(max - gate.taken)
        }
        // When everybody leaves in turn, everybody was let in or left.
        for (const call of calls) call.leave()
        expect([gate.taken, waiting(calls).length]).toEqual([0, 0])
      }),
    )
  })
})

interface Entered {
  readonly source: string
  state: 'waiting' | 'inside' | 'gone'
  leave(): void
}

function enter(gate: FairGate, source: string, calls: Entered[]): void {
  const call: Entered = { source, state: 'waiting', leave: () => {} }
  calls.push(call)
  const leave = gate.enter(source, () => {
    expect(call.state).toBe('waiting')
    call.state = 'inside'
  })
  call.leave = () => {
    call.state = 'gone'
    leave()
  }
}

const inside = (calls: readonly Entered[]): Entered[] => calls.filter(({ state }) => state === 'inside')
const waiting = (calls: readonly Entered[]): Entered[] => calls.filter(({ state }) => state === 'waiting')
const held = (calls: readonly Entered[], source: string): number =>
  inside(calls).filter((call) => call.source === source).length

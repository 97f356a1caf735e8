import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionSlots } from './connection-slots.ts'

describe('ConnectionSlots', () => {
  it('keeps places for callers inside the networks', () => {
    const slots = new ConnectionSlots(3, 1)
    const outside = slots.take(true)
    expect(slots.take(true)).toBeUndefined()
    expect([slots.take(false), slots.take(false)]).not.toContain(undefined)
    expect(slots.take(false)).toBeUndefined()
    outside?.()
    expect(slots.take(true)).toBeDefined()
  })

  it('agrees with plain counting, however places are taken and given back, once or twice', () => {
    const step = fc.record({ isOutside: fc.boolean(), giveBack: fc.nat(12) })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const slots = new ConnectionSlots(5, 2)
        const held: Held[] = []
        for (const { isOutside, giveBack } of steps) {
          giveBackAt(held, giveBack)
          const isFree = count(held) < 5 && (!isOutside || count(held.filter((place) => place.isOutside)) < 2)
          const release = slots.take(isOutside)
          expect(release !== undefined).toBe(isFree)
          if (release !== undefined) held.push({ isOutside, isHeld: true, release })
        }
      }),
    )
  })
})

interface Held {
  readonly isOutside: boolean
  isHeld: boolean
  readonly release: () => void
}

function giveBackAt(held: readonly Held[], index: number): void {
  const place = held[index]
  if (place === undefined) return
  place.release()
  place.isHeld = false
}

function count(held: readonly Held[]): number {
  return held.filter(({ isHeld }) => isHeld).length
}

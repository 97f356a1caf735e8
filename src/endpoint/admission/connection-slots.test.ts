import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionSlots } from './connection-slots.ts'

const outsider = { source: 'out', isOutside: true }
const insider = { source: 'in', isOutside: false }

describe('ConnectionSlots', () => {
  it('keeps places for callers inside the networks', () => {
    const slots = new ConnectionSlots({ maxConnections: 3, maxConnectionsPerSource: 3, maxOutsideConnections: 1 })
    const outside = slots.take(outsider)
    expect(slots.take(outsider)).toBeUndefined()
    expect([slots.take(insider), slots.take(insider)]).not.toContain(undefined)
    expect(slots.take(insider)).toBeUndefined()
    outside?.()
    expect(slots.take(outsider)).toBeDefined()
  })

  it('keeps places for other addresses', () => {
    const slots = new ConnectionSlots({ maxConnections: 9, maxConnectionsPerSource: 2, maxOutsideConnections: 9 })
    const first = slots.take(insider)
    expect(slots.take(insider)).toBeDefined()
    expect(slots.take(insider)).toBeUndefined()
    expect(slots.take({ ...insider, source: 'other' })).toBeDefined()
    first?.()
    expect(slots.take(insider)).toBeDefined()
  })

  it('agrees with plain counting, however places are taken and given back, once or twice', () => {
    const source = fc.constantFrom('a', 'b', 'c')
    const step = fc.record({ source, isOutside: fc.boolean(), giveBack: fc.nat(12) })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const slots = new ConnectionSlots({ maxConnections: 5, maxConnectionsPerSource: 3, maxOutsideConnections: 2 })
        const held: Held[] = []
        for (const { giveBack, ...holder } of steps) {
          giveBackAt(held, giveBack)
          const isFree =
            count(held) < 5 &&
            count(held.filter((place) => place.source === holder.source)) < 3 &&
            (!holder.isOutside || count(held.filter((place) => place.isOutside)) < 2)
          const release = slots.take(holder)
          expect(release !== undefined).toBe(isFree)
          if (release !== undefined) held.push({ ...holder, isHeld: true, release })
        }
      }),
    )
  })
})

interface Held {
  readonly source: string
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

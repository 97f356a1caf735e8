import type { ReadFact } from './check.ts'
import { checks } from './checks.ts'
import { type HostOptions, type HostPlaces, planPlaces } from './inspect/host-places.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import { requirePlaces } from './inspect/require-places.ts'
import type { Fact, FoundFacts, HostWith } from './inspected-host.ts'

/** Reads these facts of a host, and those that they need, at one moment. Throws `usage`, `refused` and `configuration`. */
export async function inspectHost<Wanted extends Fact>(
  wanted: readonly Wanted[],
  options: HostOptions,
  world: InspectionWorld,
): Promise<HostWith<Wanted>> {
  await requirePlaces(options, world)
  const places = planPlaces(options)
  const facts = await readFacts(wanted, createReader(places, world))
  return { ...facts, nowMs: world.clock.now(), isSandbox: places.isSandbox, request: places.request }
}

async function readFacts<Wanted extends Fact>(
  wanted: readonly Wanted[],
  read: ReadFact,
): Promise<Pick<FoundFacts, Wanted>> {
  const found = await Promise.all(wanted.map(async (fact) => [fact, await read(fact)] as const))
  // Of each pair the second is the fact that the first names, which the type of fromEntries does not say.
  return Object.fromEntries(found) as Pick<FoundFacts, Wanted>
}

// A fact that another needs is read when it is first asked for: nothing waits but for what it needs.
function createReader(places: HostPlaces, world: InspectionWorld): ReadFact {
  const begun = new Map<Fact, unknown>()
  const telling = async <Value>(fact: Fact, inspect: () => Value | Promise<Value>): Promise<Value> => {
    const { waitsFor } = checks[fact]
    if (waitsFor === undefined) return inspect()
    world.waits?.began(waitsFor)
    try {
      return await inspect()
    } finally {
      world.waits?.ended(waitsFor)
    }
  }
  const read: ReadFact = async <Own extends Fact>(fact: Own) => {
    if (!begun.has(fact))
      begun.set(
        fact,
        telling(fact, () => checks[fact].inspect({ places, world, read })),
      )
    return begun.get(fact) as FoundFacts[Own]
  }
  return read
}

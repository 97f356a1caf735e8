import type { HostWorld } from '../host-world.ts'
import { changeConfiguration } from './change-configuration.ts'
import { editJoins } from './edit-joins.ts'

/** How joins are now: `open`, or the time until which they are. */
export interface Opened {
  readonly joins: string
  readonly isChanged: boolean
}

/** Opens joins, for good or for a time. */
export async function openJoins(world: HostWorld, forSeconds: number | undefined): Promise<Opened> {
  const joins = forSeconds === undefined ? 'open' : endOf(forSeconds, world.clock.now())
  const outcome = await changeConfiguration(world, {
    edit: (text) => editJoins(text, { joins }, world.layout.configuration),
    isInForce: (members) => members.joins === joins,
  })
  return { joins, isChanged: outcome === 'changed' }
}

// Whole seconds, as an operator would write it.
function endOf(seconds: number, nowMs: number): string {
  return new Date((Math.floor(nowMs / 1000) + seconds) * 1000).toISOString().replace('.000Z', 'Z')
}

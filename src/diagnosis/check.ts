import type { Finding } from '../core/finding.ts'
import type { HostPlaces } from './inspect/host-places.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import type { Fact, FoundFacts, ShownHost } from './inspected-host.ts'

/** Reads a fact, once however many ask for it. */
export type ReadFact = <Own extends Fact>(fact: Own) => Promise<FoundFacts[Own]>

/** What a fact is read from: the places of a host, the world, and other facts. */
export interface Sources {
  readonly places: HostPlaces
  readonly world: InspectionWorld
  readonly read: ReadFact
}

/** A fact: how it is read, and what is judged by it. */
export interface Check<Own extends Fact> {
  /** What its findings are called (docs/JSON.md). */
  readonly finds: readonly string[]
  /** Whom reading it may have to wait for, where not for other facts alone. */
  readonly waitsFor?: string
  /** Changes nothing; what goes wrong meanwhile is part of the fact. */
  readonly inspect: (sources: Sources) => FoundFacts[Own] | Promise<FoundFacts[Own]>
  /** Pure. Hears of the fact where there is one, and of those that `status` shows. */
  readonly judge: (fact: FoundFacts[Own] & Known, host: ShownHost, atMs: number) => readonly Finding[]
}

/** Everything but undefined. */
type Known = NonNullable<unknown> | null

/** Reads something on hosts of one kind; elsewhere there is nothing to read, and nothing to judge. */
export function onlyOn<Value>(
  kind: keyof typeof kinds,
  inspect: (sources: Sources) => Value | Promise<Value>,
): (sources: Sources) => Promise<Value | undefined> {
  return async (sources) => ((await kinds[kind](sources)) ? inspect(sources) : undefined)
}

const kinds = {
  'a master': ({ read }: Sources) => hasPair(read, 'client'),
  'a member': ({ read }: Sources) => hasPair(read, 'member'),
  // A sandbox renews nothing.
  'a host that renews': async ({ places, read }: Sources) => !places.isSandbox && (await read('pairs')).length > 0,
  // A sandbox runs whatever whoever started it has.
  "a member's host": async ({ places, read }: Sources) => !places.isSandbox && (await hasPair(read, 'member')),
  // A sandbox has no account and no sshd.
  "a signer's host": async ({ places, read }: Sources) => !places.isSandbox && (await read('authority')) !== undefined,
} as const

async function hasPair(read: ReadFact, kind: 'client' | 'member'): Promise<boolean> {
  return (await read('pairs')).some(({ pair }) => pair.kind === kind)
}

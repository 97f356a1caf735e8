import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../../core/clock.ts'
import type { LocalFiles } from '../files/local-files.ts'
import type { HostLayout } from '../host-layout.ts'

const acts = ['save', 'copy', 'fetch', 'drill'] as const

/** What is done with snapshots by itself, and of which it is known how it went last. */
export type SnapshotAct = (typeof acts)[number]

const time = v.pipe(v.string(), v.isoTimestamp())
const amount = v.pipe(v.number(), v.minValue(0))

const successSchema = v.object({
  /** When it was done. */
  time,
  /** The snapshot's name. */
  snapshot: v.pipe(v.string(), v.maxLength(256)),
  /** When that was taken. */
  takenAt: time,
  revision: v.pipe(v.string(), v.regex(/^[0-9]{1,20}$/)),
  bytes: amount,
  durationMs: amount,
  /** Of what was saved, copied, fetched or restored. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})

const stateSchema = v.object({
  lastTry: v.object({ time, failure: v.nullable(v.pipe(v.string(), v.maxLength(2000))) }),
  lastSuccess: v.nullable(successSchema),
})

/** An act that went well. */
export type ActSuccess = Readonly<v.InferOutput<typeof successSchema>>

/** How an act went the last time, and the last time that it went well. */
export type ActState = Readonly<v.InferOutput<typeof stateSchema>>

/** How an act went: what failed, or what was done. */
export type ActOutcome = { readonly failure: string } | { readonly success: Omit<ActSuccess, 'time'> }

/** Of each act; undefined where it was never tried, or what is known of it cannot be read. */
export type SnapshotState = Readonly<Record<SnapshotAct, ActState | undefined>>

/** Where it is kept how acts went, and what time it is. */
interface StateWorld {
  readonly layout: HostLayout
  readonly files: Pick<LocalFiles, 'makeDirectory' | 'read' | 'removeTemporaries' | 'write'>
  readonly clock: Clock
}

/**
 * Keeps how an act went. Each act has a file of its own, so that no two ever write the same. Of copies the newest snapshot stays the
 * last success: what was missed follows it, and is no news of what is elsewhere.
 */
export async function recordAct(world: StateWorld, act: SnapshotAct, outcome: ActOutcome): Promise<void> {
  const { layout, files, clock } = world
  const time = new Date(clock.now()).toISOString()
  const before = await readAct(act, layout, files)
  const state: ActState =
    'failure' in outcome
      ? { lastTry: { time, failure: outcome.failure.slice(0, 2000) }, lastSuccess: before?.lastSuccess ?? null }
      : { lastTry: { time, failure: null }, lastSuccess: latest({ time, ...outcome.success }, act, before) }
  await files.makeDirectory(layout.snapshotStates, { mode: 0o700 })
  const file = actFile(act, layout)
  await files.write(file, `${JSON.stringify(state)}\n`, { mode: 0o600 })
  // Each act is done by one process at a time: what is older was left by one that was killed.
  await files.removeTemporaries(file, 600_000).catch(() => {})
}

function latest(success: ActSuccess, act: SnapshotAct, before: ActState | undefined): ActSuccess {
  const known = before?.lastSuccess ?? undefined
  if (act !== 'copy' || known === undefined) return success
  const knownMs = Date.parse(known.takenAt)
  // One of a time that is still to come was named by a clock that was wrong.
  const isNewer = knownMs > Date.parse(success.takenAt) && knownMs <= Date.parse(success.time)
  return isNewer ? known : success
}

/** How the acts went last. Never fails: who looks must not be kept from seeing everything else. */
export async function readSnapshotState(layout: HostLayout, files: Pick<LocalFiles, 'read'>): Promise<SnapshotState> {
  const [save, copy, fetch, drill] = await Promise.all(acts.map((act) => readAct(act, layout, files)))
  return { save, copy, fetch, drill }
}

async function readAct(
  act: SnapshotAct,
  layout: HostLayout,
  files: Pick<LocalFiles, 'read'>,
): Promise<ActState | undefined> {
  const found = await files.read(actFile(act, layout)).catch(() => undefined)
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), stateSchema), found?.text)
  return parsed.success ? parsed.output : undefined
}

function actFile(act: SnapshotAct, layout: HostLayout): string {
  return join(layout.snapshotStates, `${act}.json`)
}

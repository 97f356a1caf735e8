import type { ActState, SnapshotAct } from '../host/snapshots/snapshot-state.ts'
import type { InspectedSnapshots } from './inspect/snapshots/inspect-snapshots.ts'

/** What a member is to do with snapshots, how often, and how it went. */
export interface ExpectedAct {
  readonly act: SnapshotAct
  readonly everySeconds: number
  /** After how long without success it calls for attention; signet.rules.yml has the same. */
  readonly limitSeconds: number
  /** Undefined where it was never tried. */
  readonly state: ActState | undefined
}

const usualSaveSeconds = 3600
/** One that failed, and one that the host was switched off for, are no trouble yet. */
const missedSaves = 3
/** The timer of signet-snapshot-drill. */
const drillSeconds = 7 * 86_400
const drillLimitSeconds = 35 * 86_400

/** What this member is to do, in the order of the acts: nothing is copied or fetched where no program for it is named. Pure. */
export function listExpectedActs({ config, state }: InspectedSnapshots): readonly ExpectedAct[] {
  const known = 'failure' in config ? undefined : config
  const every = known?.save.every ?? usualSaveSeconds
  const hourly = { everySeconds: every, limitSeconds: missedSaves * every }
  const weekly = { everySeconds: drillSeconds, limitSeconds: drillLimitSeconds }
  const acts: readonly ExpectedAct[] = [
    { act: 'save', ...hourly, state: state.save },
    { act: 'copy', ...hourly, state: state.copy },
    { act: 'fetch', ...weekly, state: state.fetch },
    { act: 'drill', ...weekly, state: state.drill },
  ]
  return acts.filter(({ act }) => {
    if (act !== 'copy' && act !== 'fetch') return true
    // What was done before is expected of a host whose configuration cannot be read now.
    return known === undefined ? (state[act]?.lastSuccess ?? null) !== null : known[act] !== undefined
  })
}

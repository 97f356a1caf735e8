import { join } from 'node:path'
import type { HostLayout } from '../../host/host-layout.ts'

/** Where files change hands between root and the account of the programs; root's own, but for what is said. */
export interface CopyPlaces {
  /** Nobody but root can pass it: the unit shows the account the two directories in it, and nothing else. */
  readonly exchange: string
  /** What the account may read: the order, and what is to be copied. */
  readonly outgoing: string
  /** The account's own, and empty before each fetch. */
  readonly incoming: string
  /** What is known of the copies that were made, one file each. */
  readonly records: string
}

/** Where the unit shows the account `outgoing` and `incoming`. */
export const accountView = '/run/signet-copy'
/** What the program is to do, as root wrote it. */
export const orderName = 'order.json'
/** What says beside what is fetched that the unit was started. */
export const startedName = '.started'
/** The unit that the operator's programs run in. */
export const copyUnit = 'signet-snapshot-copy.service'

/** The places of a host. */
export function copyPlaces({
  snapshots,
  snapshotStates,
}: Pick<HostLayout, 'snapshots' | 'snapshotStates'>): CopyPlaces {
  const exchange = join(snapshots, '.copy')
  return {
    exchange,
    outgoing: join(exchange, 'out'),
    incoming: join(exchange, 'in'),
    records: join(snapshotStates, 'copied'),
  }
}

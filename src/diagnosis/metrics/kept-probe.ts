import * as v from 'valibot'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { InspectedPeerPorts } from '../inspect/inspect-peer-ports.ts'
import type { KeptProbe } from './metric-facts.ts'

/** A probe takes a certificate and a handshake with each member: every minute would be too often. */
const intervalMs = 3_600_000
/** Where a member did not answer, which may only have been starting. */
const retryMs = 600_000

const keptSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    atMs: v.pipe(v.number(), v.minValue(0)),
    open: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  }),
)

export interface ProbeKeeper {
  readonly files: Pick<LocalFiles, 'read' | 'write'>
  /** Where the last probe is kept; probed each time where it is not given. */
  readonly file: string | undefined
  readonly nowMs: number
  readonly probe: () => Promise<InspectedPeerPorts | undefined>
}

/** What the peer ports were like within the hour: as kept, or probed anew. Undefined where nothing is known. */
export async function readPeerPorts({ files, file, nowMs, probe }: ProbeKeeper): Promise<KeptProbe | undefined> {
  const kept = file === undefined ? undefined : await readKept(file, files)
  // A time ahead of the clock was kept before the clock was set back, and might be believed for years.
  if (kept !== undefined && kept.atMs <= nowMs && nowMs < kept.atMs + (kept.open === null ? retryMs : intervalMs))
    return kept
  const ports = await probe()
  const found = ports === undefined ? undefined : countOpen(ports, nowMs)
  if (found !== undefined && file !== undefined) await files.write(file, JSON.stringify(found), { mode: 0o600 })
  return found
}

async function readKept(file: string, files: ProbeKeeper['files']): Promise<KeptProbe | undefined> {
  const parsed = v.safeParse(keptSchema, (await files.read(file).catch(() => undefined))?.text)
  return parsed.success ? parsed.output : undefined
}

/**
 * How many members let a client certificate in; null where that is not known of all, which is kept too: a member that is down
 * for days must not have a certificate made, and written down, every minute. An open one is told all the same.
 * @internal
 */
export function countOpen(ports: InspectedPeerPorts, nowMs: number): KeptProbe | undefined {
  if (!('probes' in ports) || ports.probes.length === 0) return undefined
  const open = ports.probes.filter(({ peerPort }) => peerPort === 'open').length
  const isKnown = ports.probes.every(({ peerPort, clientPortAccepts }) => peerPort === 'closed' && clientPortAccepts)
  return { atMs: nowMs, open: open > 0 || isKnown ? open : null }
}

import { existsSync } from 'node:fs'
import type { ToldHorizon } from '../../authority/describe-authority.ts'
import { readHorizon } from '../../authority/read-horizon.ts'
import { asSignetError, type SignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import type { AuthorityClient, AuthorityClientOptions } from '../../endpoint/upstream/authority-client.ts'
import { readConfig, type SignetConfig } from '../../host/signet-config.ts'
import type {
  AuthorityMasters,
  AuthorityMembers,
  AuthorityMetrics,
  AuthorityStatus,
} from '../../protocol/authority-message.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** What the authority of this host tells, or why it does not. */
export type InspectedAuthority =
  | {
      readonly config: SignetConfig
      readonly status: AuthorityStatus
      readonly masters: AuthorityMasters
      /** Undefined where the authority is of an older version and was not restarted yet. */
      readonly members: AuthorityMembers | undefined
      /** Undefined for the same reason. */
      readonly metrics: AuthorityMetrics | undefined
    }
  | {
      readonly config: SignetConfig | undefined
      readonly failure: SignetError
      /** What the journal itself tells; undefined where it cannot be read, by others than root or not in time. */
      readonly journal?: ToldHorizon | undefined
    }

const usualDeadlineMs = 3000

/** What a silent authority may take of the time that is left: the journal, which is read then, has the rest. */
const authorityShare = 2 / 3

/** What reading the journal leaves of the time of a look. */
const spareMs = 100

/** Asks the authority of this host; undefined where it is no signer. */
export async function inspectAuthority(
  configFile: string,
  { remainingMs, clock }: Pick<InspectionWorld, 'remainingMs' | 'clock'>,
): Promise<InspectedAuthority | undefined> {
  if (!existsSync(configFile)) return undefined
  let config: SignetConfig | undefined
  try {
    config = readConfig(configFile)
    const { authoritySocket, caKey } = config.paths
    // Every host may have a configuration; the CA key, or the authority's socket, is on the signer alone.
    if (!existsSync(authoritySocket) && !existsSync(caKey)) return undefined
    const place = {
      socketPath: authoritySocket,
      deadlineMs: Math.min(usualDeadlineMs, Math.ceil(remainingMs() * authorityShare)),
    }
    const [[status, masters], members, metrics] = await Promise.all([
      askBasics(place),
      askNewer(place, (authority) => authority.members()),
      askNewer(place, (authority) => authority.metrics()),
    ])
    return { config, status, masters, members, metrics }
  } catch (error) {
    const journal = config && (await readJournal(config, { nowMs: clock.now(), isLate: () => remainingMs() < spareMs }))
    return { config, failure: asSignetError(error), journal }
  }
}

// Who is not answered must still learn by when: the masters go on for so long.
function readJournal(
  { paths, lifetimes }: SignetConfig,
  times: { readonly nowMs: number; readonly isLate: () => boolean },
): Promise<ToldHorizon | undefined> {
  return readHorizon(paths.journal, { clientLifetimeSeconds: lifetimes.client, ...times })
}

function askBasics(place: AuthorityClientOptions): Promise<readonly [AuthorityStatus, AuthorityMasters]> {
  return askAuthority(place, (authority) => Promise.all([authority.status(), authority.masters()]))
}

// On a connection of its own: an older authority ends the one on which it hears a question that it does not know.
function askNewer<Answered>(
  place: AuthorityClientOptions,
  ask: (authority: AuthorityClient) => Promise<Answered>,
): Promise<Answered | undefined> {
  return askAuthority(place, ask).catch(() => undefined)
}

import { existsSync } from 'node:fs'
import { asSignetError, type SignetError } from '../../core/signet-error.ts'
import { AuthorityClient } from '../../endpoint/upstream/authority-client.ts'
import { readConfig, type SignetConfig } from '../../host/signet-config.ts'
import type { AuthorityMasters, AuthorityMembers, AuthorityStatus } from '../../protocol/authority-message.ts'

/** What the authority of this host tells, or why it does not. */
export type InspectedLeader =
  | {
      readonly config: SignetConfig
      readonly status: AuthorityStatus
      readonly masters: AuthorityMasters
      /** Undefined where the authority is of an older version and was not restarted yet. */
      readonly members: AuthorityMembers | undefined
    }
  | { readonly config: SignetConfig | undefined; readonly failure: SignetError }

const deadlineMs = 5000

/** Asks the authority of this host; undefined where it is no leader. */
export async function inspectLeader(configFile: string): Promise<InspectedLeader | undefined> {
  if (!existsSync(configFile)) return undefined
  let config: SignetConfig | undefined
  try {
    config = readConfig(configFile)
    const { authoritySocket, caKey } = config.paths
    // Every host may have a configuration; the CA key, or the authority's socket, is on the leader alone.
    if (!existsSync(authoritySocket) && !existsSync(caKey)) return undefined
    const [answers, members] = await Promise.all([askAuthority(authoritySocket), askMembers(authoritySocket)])
    return { config, ...answers, members }
  } catch (error) {
    return { config, failure: asSignetError(error) }
  }
}

async function askAuthority(
  socketPath: string,
): Promise<{ readonly status: AuthorityStatus; readonly masters: AuthorityMasters }> {
  const authority = new AuthorityClient({ socketPath, deadlineMs })
  try {
    const [status, masters] = await Promise.all([authority.status(), authority.masters()])
    return { status, masters }
  } finally {
    authority.close()
  }
}

// On a connection of its own: an older authority ends the one on which it hears a question that it does not know.
async function askMembers(socketPath: string): Promise<AuthorityMembers | undefined> {
  const authority = new AuthorityClient({ socketPath, deadlineMs })
  try {
    return await authority.members()
  } catch {
    return undefined
  } finally {
    authority.close()
  }
}

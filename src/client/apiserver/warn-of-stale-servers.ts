import { asSignetError } from '../../core/signet-error.ts'
import type { ClientState } from '../client-state.ts'
import type { ClientWorld } from '../client-world.ts'
import { compareServers } from './compare-servers.ts'
import type { LocalApiserver } from './read-apiservers.ts'

/**
 * Warns where a kube-apiserver of this host uses the certificate and was told of other members than these: it fails once none
 * of those is left, which may be long after they were replaced. Never throws: renewing went well.
 */
export async function warnOfStaleServers(
  { paths }: Pick<ClientState, 'paths'>,
  endpoints: readonly string[],
  { readApiservers, onWarning }: Pick<ClientWorld, 'readApiservers' | 'onWarning'>,
): Promise<void> {
  try {
    const { found, ownAddresses } = (await readApiservers?.()) ?? { found: [], ownAddresses: [] }
    for (const apiserver of found) {
      const warning = warningOf(apiserver, { endpoints, ownAddresses, certificateFile: paths.certificate })
      if (warning !== undefined) onWarning?.(warning)
    }
  } catch (caught) {
    onWarning?.(`kube-apiserver was not looked at: ${asSignetError(caught).message}`)
  }
}

interface Own {
  readonly endpoints: readonly string[]
  readonly ownAddresses: readonly string[]
  readonly certificateFile: string
}

function warningOf(apiserver: LocalApiserver, { endpoints, ownAddresses, certificateFile }: Own): string | undefined {
  if ('failure' in apiserver) return undefined
  const { servers, certificateFile: used } = apiserver.flags
  if (used !== certificateFile) return undefined
  const members = endpoints.map((url) => [url])
  const { gone, missing, flag } = compareServers({ servers, members, ownAddresses })
  if (gone.length === 0 && missing.length === 0) return undefined
  const parts = [
    ...(gone.length === 0 ? [] : [`names ${gone.join(', ')}, no member any more`]),
    ...(missing.length === 0 ? [] : [`lacks ${missing.join(', ')}`]),
  ]
  return `kube-apiserver (${apiserver.place}) ${parts.join(' and ')}; it should have: ${flag}`
}

import type { ClientPorts } from '../../client/client-ports.ts'
import type { ClientState } from '../../client/client-state.ts'
import { type InspectedPair, inspectPair } from '../../client/inspect-pair.ts'
import { readState } from '../../client/saved-state.ts'
import { asSignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/local-files.ts'
import type { PairPlace } from './host-places.ts'

/** A pair of this host, what renewing it needs, and the accounts that may own its files. */
export interface HostPair {
  readonly pair: InspectedPair
  readonly state: ClientState | undefined
  /** Why there is no state. */
  readonly stateProblem: string | undefined
  readonly trustedUids: readonly number[]
}

/** The pairs of which anything is there. */
export async function inspectPairs(
  places: readonly PairPlace[],
  ports: Pick<ClientPorts, 'files'> & { readonly ownUid: number },
): Promise<readonly HostPair[]> {
  const found = await Promise.all(places.map((place) => inspectPlace(place, ports)))
  return found.filter(({ pair, state }) => state !== undefined || isThere(pair))
}

function isThere({ kind, key, certificate, ca }: InspectedPair): boolean {
  // An etcd of kubeadm's own has its CA at the very path of an external one.
  const files = kind === 'client' ? [key, certificate] : [key, certificate, ca]
  return files.some(({ file, problem }) => file !== undefined || problem !== undefined)
}

async function inspectPlace(
  { kind, paths, stateFile }: PairPlace,
  { files, ownUid }: Pick<ClientPorts, 'files'> & { readonly ownUid: number },
): Promise<HostPair> {
  const { state, stateProblem } = await readPairState(kind, stateFile, files)
  const pair = await inspectPair(kind, state?.paths ?? paths, files)
  return { pair, state, stateProblem, trustedUids: await readTrustedUids(pair, { files, ownUid, state }) }
}

// A master and a member have their state at the same place.
async function readPairState(
  kind: PairPlace['kind'],
  stateFile: string,
  files: ClientPorts['files'],
): Promise<Pick<HostPair, 'state' | 'stateProblem'>> {
  try {
    const state = await readState(stateFile, { files })
    if (state.kind === kind) return { state, stateProblem: undefined }
    return { state: undefined, stateProblem: `${stateFile} is for ${state.name}, not for this certificate` }
  } catch (error) {
    return { state: undefined, stateProblem: asSignetError(error).message }
  }
}

interface OwnerFacts {
  readonly files: Pick<LocalFiles, 'read'>
  readonly ownUid: number
  readonly state: ClientState | undefined
}

// root can read and change everything anyway. A member's files belong to the account that etcd runs as.
async function readTrustedUids(pair: InspectedPair, { files, ownUid, state }: OwnerFacts): Promise<readonly number[]> {
  if (state?.owner !== undefined) return [state.owner.uid, 0]
  if (pair.kind === 'member' && pair.key.path.startsWith('/etc/etcd/')) {
    const passwd = await files.read('/etc/passwd').catch(() => undefined)
    const uid = /^etcd:[^:]*:([0-9]+):/m.exec(passwd?.text ?? '')?.[1]
    if (uid !== undefined) return [Number(uid)]
  }
  return [...new Set([ownUid, 0])]
}

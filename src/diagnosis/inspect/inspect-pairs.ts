import type { ClientState } from '../../client/client-state.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { readState } from '../../client/saved-state.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { FileOwners } from '../judge/pair/judge-files.ts'
import type { SavedPairPlace } from './host-places.ts'
import { type InspectedPair, inspectPair } from './inspect-pair.ts'

/** A pair of this host, what renewing it needs, and the accounts that may own its files. */
export interface HostPair {
  readonly pair: InspectedPair
  readonly state: ClientState | undefined
  /** Why there is no state, and what to do about it. */
  readonly stateProblem: string | undefined
  readonly stateRemedy?: string | undefined
  readonly owners: FileOwners
}

interface Inspecting {
  readonly files: LocalFiles
  readonly ownUid: number
}

/** The pairs of which anything is there. */
export async function inspectPairs(places: readonly SavedPairPlace[], ports: Inspecting): Promise<readonly HostPair[]> {
  const found = await Promise.all(places.map((place) => inspectPlace(place, ports)))
  return found.filter(({ pair, state }) => state !== undefined || isThere(pair))
}

function isThere({ kind, key, certificate, ca }: InspectedPair): boolean {
  // An etcd of kubeadm's own has its CA at the very path of an external one.
  const files = kind === 'client' ? [key, certificate] : [key, certificate, ca]
  return files.some(({ file, problem }) => file !== undefined || problem !== undefined)
}

async function inspectPlace({ stateFile, ...place }: SavedPairPlace, { files, ownUid }: Inspecting): Promise<HostPair> {
  const saved = await readPairState(place.kind, stateFile, { files, ownUid, commands: place.commands })
  const guarded = { ...files, read: guardReading(files, ownUid) }
  const pair = await inspectPair({ ...place, paths: saved.state?.paths ?? place.paths }, guarded)
  return { pair, ...saved, owners: await readOwners(pair, { files, ownUid, state: saved.state }) }
}

// A link to a device of another account's choice is opened by who reads it: root's doctor could end the host with that
// (/dev/watchdog). Whose the files themselves are is judged, and told, apart (judge-files.ts).
function guardReading(files: LocalFiles, ownUid: number): LocalFiles['read'] {
  return async (path) => {
    await requireGuarded(path, { look: files.look, ownUid })
    return files.read(path)
  }
}

// A master and a member have their state at the same place.
async function readPairState(
  kind: SavedPairPlace['kind'],
  stateFile: string,
  ports: Pick<ClientWorld, 'files' | 'ownUid' | 'commands'>,
): Promise<Pick<HostPair, 'state' | 'stateProblem' | 'stateRemedy'>> {
  try {
    const state = await readState(stateFile, ports)
    if (state.kind === kind) return { state, stateProblem: undefined }
    return { state: undefined, stateProblem: `${stateFile} is for ${state.name}, not for this certificate` }
  } catch (error) {
    const { message, hint } = asSignetError(error)
    return { state: undefined, stateProblem: message, stateRemedy: hint }
  }
}

interface OwnerFacts {
  readonly files: Pick<LocalFiles, 'read'>
  readonly ownUid: number
  readonly state: ClientState | undefined
}

// A member's files belong to the account that etcd runs as.
async function readOwners(pair: InspectedPair, { files, ownUid, state }: OwnerFacts): Promise<FileOwners> {
  const readerUid = state?.owner?.uid ?? (await readEtcdUid(pair, files))
  return { trustedUids: [...new Set([readerUid ?? ownUid, 0])], readerUid }
}

async function readEtcdUid({ kind, key }: InspectedPair, files: OwnerFacts['files']): Promise<number | undefined> {
  if (kind !== 'member' || !key.path.startsWith('/etc/etcd/')) return undefined
  const passwd = await files.read('/etc/passwd').catch(() => undefined)
  const uid = /^etcd:[^:]*:([0-9]+):/m.exec(passwd?.text ?? '')?.[1]
  return uid === undefined ? undefined : Number(uid)
}

import type { Signer } from '../../client/ask/signer.ts'
import type { ClientState } from '../../client/client-state.ts'
import { readState, savedSigner } from '../../client/saved-state.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import type { SavedPairPlace } from './host-places.ts'
import { type InspectedFile, type InspectedPair, inspectPair } from './inspect-pair.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** Which accounts a pair's files may belong to. */
export interface FileOwners {
  /** They can change everything anyway: root, and whoever uses the pair. */
  readonly trustedUids: readonly number[]
  /** The account that must be able to read the key, where it is not root: etcd's. */
  readonly readerUid: number | undefined
}

/** A pair of this host, what renewing it needs, and the accounts that may own its files. */
export interface HostPair {
  readonly pair: InspectedPair
  readonly state: ClientState | undefined
  /** Why there is none. */
  readonly stateFailure: SignetError | undefined
  readonly owners: FileOwners
}

type PairWorld = Pick<InspectionWorld, 'files' | 'ownUid'>

/** The pairs of which anything is there. */
export async function inspectPairs(places: readonly SavedPairPlace[], world: PairWorld): Promise<readonly HostPair[]> {
  const found = await Promise.all(places.map((place) => inspectPlace(place, world)))
  return found.filter(({ pair, state }) => state !== undefined || isThere(pair))
}

/** The first CA file of a host that can be read: what is trusted here. */
export function installedTrust(pairs: readonly HostPair[]): InspectedFile<CaBundle> | undefined {
  return pairs.map(({ pair }) => pair.ca).find(({ content }) => content !== undefined)
}

/** The signer that the first pair was requested from. */
export function savedSignerOf(pairs: readonly HostPair[]): Signer | undefined {
  const state = pairs.find((pair) => pair.state !== undefined)?.state
  return state === undefined ? undefined : savedSigner(state)
}

function isThere({ kind, key, certificate, ca }: InspectedPair): boolean {
  // An etcd of kubeadm's own has its CA at the very path of an external one.
  const files = kind === 'client' ? [key, certificate] : [key, certificate, ca]
  return files.some(({ file, problem }) => file !== undefined || problem !== undefined)
}

async function inspectPlace(place: SavedPairPlace, { files, ownUid }: PairWorld): Promise<HostPair> {
  const saved = await readPairState(place, { files, ownUid })
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
  { kind, stateFile, commands }: SavedPairPlace,
  world: PairWorld,
): Promise<Pick<HostPair, 'state' | 'stateFailure'>> {
  try {
    const state = await readState(stateFile, { ...world, commands })
    if (state.kind === kind) return { state, stateFailure: undefined }
    throw new SignetError('configuration', `${stateFile} is for ${state.name}, not for this certificate`)
  } catch (error) {
    return { state: undefined, stateFailure: asSignetError(error) }
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

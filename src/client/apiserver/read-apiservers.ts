import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { giveToRoot, requireGuarded } from '../../host/files/guarded-path.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { CommandLine } from '../../host/programs/command-lines.ts'
import { type ApiserverFlags, isApiserver, parseApiserverArguments, parseApiserverManifest } from './parse-apiserver.ts'

/** Where kubeadm puts it, and kubelet starts it from (Kubernetes 1.35, cmd/kubeadm/app/constants). */
export const apiserverManifest = '/etc/kubernetes/manifests/kube-apiserver.yaml'

/** A kube-apiserver of this host: the manifest that it is started from, or its process where there is none. */
export type LocalApiserver = { readonly place: string; readonly isManifest: boolean } & (
  | { readonly flags: ApiserverFlags }
  | { readonly failure: SignetError }
)

/** Every kube-apiserver of this host, and where this host is, which is what `localhost` means to them. */
export interface LocalApiservers {
  readonly found: readonly LocalApiserver[]
  readonly ownAddresses: readonly string[]
}

/** What looking for a kube-apiserver touches of the world. */
export interface ApiserverWorld {
  readonly files: Pick<LocalFiles, 'read' | 'look'>
  readonly ownUid: number
  readonly listCommandLines: (uids: readonly number[]) => Promise<readonly CommandLine[]>
  readonly ownAddresses: () => readonly string[]
}

/** Every kube-apiserver of this host; none where there is neither. */
export async function readApiservers(
  world: ApiserverWorld,
  manifest: string = apiserverManifest,
): Promise<LocalApiservers> {
  const fromManifest = await readManifest(world, manifest)
  const found = fromManifest === undefined ? await readProcesses(world) : [fromManifest]
  return { found, ownAddresses: world.ownAddresses() }
}

// Only where no other account has a hand in it: what it names is printed as a line to copy.
async function readManifest({ files, ownUid }: ApiserverWorld, place: string): Promise<LocalApiserver | undefined> {
  try {
    await requireGuarded(place, { look: files.look, ownUid, fileOwners: [], remedy: giveToRoot })
    const file = await files.read(place)
    if (file === undefined) return undefined
    return { place, isManifest: true, ...flagsOrFailure(parseApiserverManifest(file.text), place) }
  } catch (error) {
    return { place, isManifest: true, failure: asSignetError(error) }
  }
}

async function readProcesses({ ownUid, listCommandLines }: ApiserverWorld): Promise<readonly LocalApiserver[]> {
  const found = (await listCommandLines([...new Set([0, ownUid])])).filter(({ words }) => isApiserver(words))
  return found.map(({ pid, words }) => {
    const place = `process ${pid}`
    return { place, isManifest: false, ...flagsOrFailure(parseApiserverArguments(words), place) }
  })
}

function flagsOrFailure(
  flags: ApiserverFlags | undefined,
  place: string,
): { readonly flags: ApiserverFlags } | { readonly failure: SignetError } {
  if (flags !== undefined) return { flags }
  return { failure: new SignetError('configuration', `${place} has no --etcd-servers that can be read`) }
}

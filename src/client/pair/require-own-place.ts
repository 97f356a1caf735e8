import { giveToRoot, requireGuarded } from '../../host/files/guarded-path.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { PairPaths } from '../../host/pair-paths.ts'

/** Where files are or are to go, and whose they may be. */
export interface InstallPlace {
  readonly paths: PairPaths
  readonly stateFile?: string
  /** Who key and certificates belong to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

/** How the place is looked at, and the account that runs this. */
export interface Ownership {
  readonly files: Pick<LocalFiles, 'look'>
  /** Nothing is refused where it is not given. */
  readonly ownUid?: number
}

/**
 * Refuses paths that another account could lead elsewhere, and a key, CA or saved state that another account can change: it
 * would know the key of the certificate, choose who is trusted, or have ssh read a configuration of its own (CWE-426). In
 * the certificate there is nothing to gain: it is verified, or replaced.
 */
export async function requireOwnPlace(
  { paths, stateFile, owner }: InstallPlace,
  { files, ownUid }: Ownership,
): Promise<void> {
  if (ownUid === undefined) return
  // A member's files have their place; a master's may be wherever its operator wants them.
  const guard = { look: files.look, ownUid, remedy: owner === undefined ? undefined : giveToRoot }
  const fileOwners = owner === undefined ? [] : [owner.uid]
  if (stateFile !== undefined) await requireGuarded(stateFile, { ...guard, fileOwners: [] })
  for (const path of [paths.key, paths.ca]) await requireGuarded(path, { ...guard, fileOwners })
  await requireGuarded(paths.certificate, guard)
}

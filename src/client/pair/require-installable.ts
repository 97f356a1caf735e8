import type { ClientWorld } from '../client-world.ts'
import { type InstalledLink, readInstalledLink } from './installed-link.ts'
import type { InstallPlace } from './require-own-place.ts'
import { open, secret } from './swap-pair.ts'

/** What is about to be installed. */
export interface Installation {
  readonly isNewKey: boolean
}

/**
 * Finds out, before the signer signs and hears of a new key, what cannot be installed, and warns of links that files will
 * take the place of. Throws `configuration`.
 */
export async function requireInstallable(
  place: InstallPlace,
  { isNewKey }: Installation,
  world: ClientWorld,
): Promise<void> {
  const { files, onWarning } = world
  const { paths, stateFile, owner } = place
  const replaced = [paths.certificate, ...(isNewKey ? [paths.key] : [])]
  for (const path of replaced) {
    await files.requireReplaceable(path, path === paths.key ? secret(owner) : open(owner))
    const link = await readInstalledLink(path, files)
    if (link !== undefined) onWarning?.(describeLink(link))
  }
  if ((await files.look(paths.ca)) === undefined) await files.requireReplaceable(paths.ca, open(owner))
  if (stateFile !== undefined) await files.requireReplaceable(stateFile, { mode: 0o600 })
  if (isNewKey && (await files.look(paths.certificate)) !== undefined) await files.requireLinks(paths.key)
}

function describeLink({ path, target }: InstalledLink): string {
  return `${path} is a link to ${target}: a file takes its place, and ${target} is not renewed`
}

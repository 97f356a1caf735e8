import { basename, dirname, resolve } from 'node:path'
import type { LocalFiles } from '../../host/files/local-files.ts'

/** A file of a pair that is a link. */
export interface InstalledLink {
  readonly path: string
  /** Where it leads. */
  readonly target: string
}

/**
 * Where a file of a pair is a link that somebody has made: a renewed file takes the place of the link, and whoever reads
 * what it led to gets the old one for ever. Undefined for a file, and for the links of an exchange that was cut off.
 */
export async function readInstalledLink(
  path: string,
  files: Pick<LocalFiles, 'readLink'>,
): Promise<InstalledLink | undefined> {
  const target = await files.readLink(path)
  if (target === undefined || isOfExchange(target)) return undefined
  return { path, target: resolve(dirname(path), target) }
}

function isOfExchange(target: string): boolean {
  return /^\..+\.signet$/.test(basename(dirname(target)))
}

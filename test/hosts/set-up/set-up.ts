import { resolve } from 'node:path'
import { ensureBaseRoot } from './base-root.ts'
import { buildPackages, usePackages } from './build-packages.ts'
import { removeDebris } from './debris.ts'
import { ensurePrograms, requireAbleMachine } from './machine.ts'
import type { Release } from './release.ts'

/** What the hosts of a release are booted from. */
export interface PreparedHosts {
  readonly release: Release
  /** Its root directory, which no host changes. */
  readonly baseRoot: string
  /** The directory with the packages. */
  readonly packages: string
}

/** Makes this machine ready to boot hosts; builds the packages where no directory with some is given. Throws Unable. */
export async function setUp(releases: readonly Release[], given?: string): Promise<readonly PreparedHosts[]> {
  requireAbleMachine()
  await removeDebris()
  await ensurePrograms()
  const building = given === undefined ? buildPackages() : usePackages(resolve(given))
  const [packages, baseRoots] = await Promise.all([building, makeBaseRoots(releases)])
  return baseRoots.map((made) => ({ ...made, packages }))
}

async function makeBaseRoots(releases: readonly Release[]) {
  const made: Omit<PreparedHosts, 'packages'>[] = []
  for (const release of releases) made.push({ release, baseRoot: await ensureBaseRoot(release) })
  return made
}

import { resolve } from 'node:path'
import type { Options } from '../runner/options.ts'
import { ensureBaseRoot } from './base-root.ts'
import { buildPackages, usePackages } from './build-packages.ts'
import { removeDebris } from './debris.ts'
import { ensurePrograms, requireAbleMachine } from './machine.ts'

/** What hosts are booted from. */
export interface Prepared {
  /** The directory with the packages. */
  readonly packages: string
  /** The root directory of each release, which no host changes. */
  readonly baseRoots: Readonly<Record<string, string>>
}

/** Makes this machine ready to boot hosts. Throws Unable. */
export async function setUp({ releases, packages }: Options): Promise<Prepared> {
  requireAbleMachine()
  await removeDebris()
  await ensurePrograms()
  const building = packages === undefined ? buildPackages() : usePackages(resolve(packages))
  const [built, baseRoots] = await Promise.all([building, makeBaseRoots(releases)])
  return { packages: built, baseRoots }
}

async function makeBaseRoots(releases: Options['releases']): Promise<Prepared['baseRoots']> {
  const baseRoots: Record<string, string> = {}
  for (const release of releases) baseRoots[release] = await ensureBaseRoot(release)
  return baseRoots
}

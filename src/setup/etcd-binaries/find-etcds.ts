import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { HostLayout } from '../../host/host-layout.ts'
import type { EtcdPlace, FoundEtcd } from './found-etcd.ts'
import { parseEtcdDirectory } from './parse-etcd-directory.ts'
import { type EtcdWorld, readEtcd } from './read-etcd.ts'

/** Every etcd of this host, the one that the operator named first; runs those that nobody but root could have put there. */
export async function findEtcds(world: EtcdWorld, named?: string): Promise<readonly FoundEtcd[]> {
  const places = [...(named === undefined ? [] : [namedPlace(named)]), ...usualPlaces(world.layout)]
  return Promise.all(places.map((place) => readEtcd(place, world)))
}

function namedPlace(directory: string): EtcdPlace {
  return { directory: parseEtcdDirectory(directory), from: 'named' }
}

function usualPlaces(layout: HostLayout): readonly EtcdPlace[] {
  const { distributionEtcd, localEtcd } = layout
  const places: readonly EtcdPlace[] = [
    ...listOwnEtcds(layout).map((directory) => ({ directory, from: 'signet-etcd' }) as const),
    { directory: distributionEtcd, from: 'distribution' },
    { directory: localEtcd, from: 'local' },
  ]
  // A directory of programs in which there is no etcd is none of these.
  return places.filter(({ directory }) => existsSync(join(directory, 'etcd')))
}

/** The directories of the package signet-etcd, one for each minor version. */
export function listOwnEtcds({ ownEtcds }: Pick<HostLayout, 'ownEtcds'>): readonly string[] {
  try {
    return readdirSync(ownEtcds)
      .toSorted()
      .map((name) => join(ownEtcds, name))
  } catch {
    return []
  }
}

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

function usualPlaces({ ownEtcds, distributionEtcd, localEtcd }: HostLayout): readonly EtcdPlace[] {
  const places: readonly EtcdPlace[] = [
    ...listNames(ownEtcds).map((name) => ({ directory: join(ownEtcds, name), from: 'signet-etcd' }) as const),
    { directory: distributionEtcd, from: 'distribution' },
    { directory: localEtcd, from: 'local' },
  ]
  // A directory of programs in which there is no etcd is none of these.
  return places.filter(({ directory }) => existsSync(join(directory, 'etcd')))
}

function listNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted()
  } catch {
    return []
  }
}

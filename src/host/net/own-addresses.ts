import { networkInterfaces } from 'node:os'

/** Every address of this host's interfaces. */
export function listOwnAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
}

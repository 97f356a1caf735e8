import { existsSync } from 'node:fs'
import { readState } from '../../../client/saved-state.ts'
import { memberUrlAddress } from '../../../etcd/member-url.ts'
import { readStoredMembers, type StoredMember } from '../../../etcd/snapshot/stored-members.ts'
import { withLargeFile } from '../../../host/large-files/read-large-file.ts'
import type { HostWorld } from '../../host-world.ts'
import { membersInFlags, type OwnEtcd, withPortOf } from '../own-etcd.ts'
import type { FormerMember } from '../stand-down-marker.ts'
import { databaseFile } from './watch-own-member.ts'

/**
 * The members of a cluster whose etcd does not answer here, by what this host has of it: its database, which need not know their
 * names; the flags of etcd, and a sidecar, which may be old; URLs that it heard of. One that none of it names is not asked for.
 */
export async function recallMembers(
  own: OwnEtcd,
  world: HostWorld,
  lastSeen: readonly FormerMember[],
): Promise<readonly FormerMember[]> {
  const stored = await withLargeFile(databaseFile(own.dataDirectory), ({ readAt }) => readStoredMembers(readAt)).catch(
    () => undefined,
  )
  return mergeMembers(own, { stored: stored ?? [], lastSeen, heardOf: await endpointsHeardOf(world) })
}

/** What is remembered, by where it is from. */
export interface Remembered {
  readonly stored: readonly StoredMember[]
  readonly lastSeen: readonly FormerMember[]
  readonly heardOf: readonly string[]
}

/**
 * Each member once. What the database lists is the list; names for it come from elsewhere, by the peer URLs. Without it everybody
 * counts of whom anything is known: a host that is asked once too often is better than one that is left out. Pure.
 * @internal
 */
export function mergeMembers(own: OwnEtcd, { stored, lastSeen, heardOf }: Remembered): readonly FormerMember[] {
  const named = new Map([...membersInFlags(own), ...lastSeen].map((member) => [member.name, member]))
  if (stored.length > 0) return stored.map((member) => withName(member, [...named.values()].toReversed(), own))
  const known = new Set([...named.values()].flatMap(hostsOf))
  const unnamed = heardOf.flatMap((url) => {
    const address = memberUrlAddress(url)
    if (address === undefined || known.has(address) || own.clientUrl === url) return []
    known.add(address)
    return [{ name: address, id: null, peerUrls: [], clientUrls: [url] }]
  })
  return [...named.values(), ...unnamed]
}

function withName({ id, name, peerUrls }: StoredMember, named: readonly FormerMember[], own: OwnEtcd): FormerMember {
  const isSame = (other: { readonly peerUrls: readonly string[] }): boolean =>
    other.peerUrls.some((url) => peerUrls.includes(url))
  const other = named.find((one) => one.id === id || isSame(one))
  const clientUrls = other?.clientUrls ?? peerUrls.map((url) => withPortOf(own.clientUrl, url))
  const ownName = isSame(own) ? own.name : ''
  const address = peerUrls.flatMap((url) => memberUrlAddress(url) ?? [])[0]
  const called = [ownName, name, other?.name ?? '', address ?? id].find((one) => one !== '') ?? id
  return { name: called, id, peerUrls: [...peerUrls], clientUrls: [...clientUrls] }
}

function hostsOf({ peerUrls, clientUrls }: FormerMember): readonly string[] {
  return [...peerUrls, ...clientUrls].flatMap((url) => memberUrlAddress(url) ?? [])
}

async function endpointsHeardOf({ layout, files, ownUid }: HostWorld): Promise<readonly string[]> {
  if (!existsSync(layout.renewal)) return []
  return readState(layout.renewal, { files, ownUid }).then(
    ({ endpoints }) => endpoints,
    () => [],
  )
}

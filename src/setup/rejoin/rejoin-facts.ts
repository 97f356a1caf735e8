import { join } from 'node:path'
import { readState } from '../../client/saved-state.ts'
import { readLogIdentity } from '../../cluster/read-log-identity.ts'
import { formatHostPort, parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { isEtcdUrl } from '../../etcd/member-url.ts'
import { readFreeBytes } from '../../host/free-bytes.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import type { HostWorld } from '../host-world.ts'
import { etcdService } from '../member/default-member.ts'
import { askFormerMembers } from '../recover/former-members.ts'
import type { RecoveryParts } from '../recover/recovery-parts.ts'
import { recallMembers } from '../recover/stand-down/recall-members.ts'
import { type FormerMember, parseMarker, readMarker, type StandDownMarker } from '../recover/stand-down-marker.ts'
import { fileProgress } from '../run/file-progress.ts'
import { formatArguments } from '../run/format-arguments.ts'
import { readFormerSelf } from './former-self.ts'
import { askPlaces, type PlaceAnswer } from './place-answer.ts'
import type { RejoinFacts } from './plan-rejoin.ts'
import { hasExpired } from './renew-expired.ts'

/** What was typed. */
export interface RejoinAnswers {
  readonly cluster?: string | undefined
  /** Where the recovered member is, if this host does not know that address. */
  readonly at?: string | undefined
}

/** What the room that keeps snapshots knows of the cluster. */
export type RejoinParts = Pick<RecoveryParts, 'membersLastSeen'>

/** How far a rejoining came. */
export function rejoinProgressFile({ layout }: Pick<HostWorld, 'layout'>): string {
  return join(layout.setupDirectory, 'rejoin.json')
}

/** Reads everything that decides whether this member may come into the recovered cluster; changes nothing. */
export async function readRejoinFacts(
  { cluster, at }: RejoinAnswers,
  world: HostWorld,
  { membersLastSeen }: RejoinParts,
): Promise<RejoinFacts> {
  const clusterId = parseClusterId(cluster)
  const { files, systemd } = world
  const begun = await fileProgress(rejoinProgressFile(world), files).load()
  const progress = begun?.isFinished === true ? undefined : begun
  const marker = (await readMarker(world)) ?? markerBefore(progress, world)
  const { own, etcd } = await readFormerSelf(world)
  requireInTime(world)
  const known = marker?.members ?? (await recallMembers(etcd, world, await membersLastSeen()))
  const others = known.filter(({ name }) => name !== own.name)
  const urls = (await knownUrls({ at, others }, world)).filter((url) => url !== own.clientUrl)
  const formerClusterId = await readFormerCluster({ marker, progress, dataDirectory: etcd.dataDirectory })
  const isRunning = await systemd.isActive(etcdService)
  const [itself] = isRunning ? await askPlaces([own.clientUrl], memberPaths(world.layout)) : []
  return {
    own,
    etcds: [],
    arguments: formatArguments('recover --rejoin', { cluster: clusterId, at }),
    progress,
    clusterId,
    formerClusterId,
    marker,
    isRunning,
    hasQuorum: itself?.hasQuorum === true && itself.clusterId !== clusterId,
    answers: await askFurther(urls, own.clientUrl, world),
    awake: await findAwake(others, { formerClusterId, clusterId }, world),
    dataDirectory: etcd.dataDirectory,
    dataDirectoryState: 'ours',
    freeDiskBytes: readFreeBytes(etcd.dataDirectory),
    busyPorts: [],
  }
}

/** As it was before an interrupted run removed it: with the members to ask, and what of this one's data may be gone on from. */
function markerBefore(progress: RejoinFacts['progress'], world: HostWorld): StandDownMarker | undefined {
  const text = progress?.notes?.['stood']
  return text === undefined ? undefined : parseMarker(text, rejoinProgressFile(world))
}

type FormerSource = Pick<RejoinFacts, 'marker' | 'progress' | 'dataDirectory'>

// What an interrupted run has left in the data directory is of the new cluster.
async function readFormerCluster({ marker, progress, dataDirectory }: FormerSource): Promise<string | undefined> {
  if (marker?.clusterId !== undefined && marker.clusterId !== null) return marker.clusterId
  if (progress !== undefined) return progress.notes?.['former'] || undefined
  return (await readLogIdentity(dataDirectory))?.clusterId
}

function parseClusterId(typed: string | undefined): string {
  if (typed !== undefined && /^[0-9a-f]{1,16}$/.test(typed)) return typed.padStart(16, '0')
  const message =
    typed === undefined ? 'the recovered cluster is not named' : `${quoteUntrusted(typed)} is no cluster's id`
  throw new SignetError('usage', message, {
    hint: 'give the id that the recovery printed: signet recover --rejoin --cluster=ID',
  })
}

interface Known {
  readonly at: string | undefined
  readonly others: readonly FormerMember[]
}

// Addresses, and nothing else, is what is taken from them: who answers there is decided by their certificate, and by the id.
async function knownUrls({ at, others }: Known, world: HostWorld): Promise<readonly string[]> {
  const { layout, files, ownUid, etcdPorts } = world
  const state = await readState(layout.renewal, { files, ownUid }).catch(() => undefined)
  const signer = parseIpAddress(state?.signer.address ?? '')
  const addresses = [...(at === undefined ? [] : [parseAt(at)]), ...(signer === undefined ? [] : [signer])]
  return unique([
    ...addresses.map((address) => `https://${formatHostPort(address, etcdPorts.client)}`),
    ...(state?.endpoints ?? []),
    ...others.flatMap(({ clientUrls }) => clientUrls),
  ])
}

function unique(urls: readonly string[]): readonly string[] {
  return [...new Set(urls)].filter(isEtcdUrl)
}

function parseAt(at: string): string {
  const address = parseIpAddress(at)
  if (address !== undefined) return address
  throw new SignetError('usage', `--at: ${quoteUntrusted(at)} is no IP address`, {
    hint: "give the recovered member's: signet recover --rejoin --cluster=ID --at=192.0.2.11",
  })
}

// Whoever answers may know members that this host has never heard of.
async function askFurther(
  urls: readonly string[],
  ownUrl: string,
  { layout }: HostWorld,
): Promise<readonly PlaceAnswer[]> {
  const first = await askPlaces(urls, memberPaths(layout))
  const more = unique(first.flatMap(({ members }) => members.flatMap(({ clientUrls }) => clientUrls)))
  const unasked = more.filter((url) => url !== ownUrl && !urls.includes(url))
  return unasked.length === 0 ? first : [...first, ...(await askPlaces(unasked, memberPaths(layout)))]
}

async function findAwake(
  others: readonly FormerMember[],
  { formerClusterId, clusterId }: Pick<RejoinFacts, 'formerClusterId' | 'clusterId'>,
  world: HostWorld,
): Promise<readonly string[]> {
  const isFormer = (id: string): boolean => (formerClusterId === undefined ? id !== clusterId : id === formerClusterId)
  const answers = await askFormerMembers(others, world)
  return answers.flatMap((answer) =>
    answer.clusterId !== undefined && isFormer(answer.clusterId) ? [answer.name] : [],
  )
}

function requireInTime(world: HostWorld): void {
  if (!hasExpired(world)) return
  throw new SignetError('configuration', 'the certificate of this member has expired, and no member answers it', {
    hint: 'renew it first: signet renew',
  })
}

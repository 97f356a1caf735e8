import { X509Certificate } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readStoreRevision } from '../../etcd/snapshot/store-revision.ts'
import { readFreeBytes } from '../../host/free-bytes.ts'
import { withLargeFile } from '../../host/large-files/read-large-file.ts'
import { readRequiredFile } from '../../host/read-required-file.ts'
import { readEtcd } from '../etcd-binaries/read-etcd.ts'
import type { HostWorld } from '../host-world.ts'
import { fileProgress } from '../run/file-progress.ts'
import type { RunProgress } from '../run/run-progress.ts'
import { readKnownMasters } from '../tell-masters.ts'
import { addressesOf, askFormerMembers } from './former-members.ts'
import { type DataPlace, formatUtc, planAside, readDataDirectory } from './move-aside.ts'
import { type OwnEtcd, readOwnEtcd } from './own-etcd.ts'
import { mayServe, type RecoverAnswers, type RecoverFacts, type RecoverSource, typed } from './plan-recover.ts'
import { readRecoverReceipt } from './recover-receipt.ts'
import type { RecoveryParts } from './recovery-parts.ts'
import { standDownProgressFile } from './stand-down/stand-down-progress.ts'
import { otherMembers, parseMarker, readMarker, type StandDownMarker } from './stand-down-marker.ts'

/** Reads all that decides whether the new cluster begins here; changes nothing. */
export async function readRecoverFacts(
  answers: RecoverAnswers,
  world: HostWorld,
  parts: RecoveryParts,
): Promise<RecoverFacts> {
  const { clock } = world
  const own = await readOwnEtcd(world)
  const progress = await readOpenProgress(world)
  const marker = await requireMarker(progress, world)
  const utc = progress?.notes?.['utc'] ?? formatUtc(clock.now())
  const place = planAside(await readDataDirectory(own.dataDirectory), utc)
  const clusterIds = await readLineage(marker, world)
  const [source, others] = await Promise.all([
    readSource({ answers, marker, progress, own, place, clusterIds }, parts),
    askFormerMembers(otherMembers(marker), world),
  ])
  return {
    arguments: typed(answers).slice('signet '.length),
    progress,
    own,
    marker,
    answers,
    others,
    source,
    clusterIds,
    newestKnown: await readNewest(clusterIds, parts),
    tool: await parts.findTool(!answers.isWithoutBump),
    etcdVersion: await readVersion(world),
    place,
    freeBytes: readFreeBytes(own.dataDirectory),
    certificateEnd: readCertificateEnd(world),
    apiservers: await findApiservers(marker, world),
    now: new Date(clock.now()),
  }
}

/** The progress of a recovery that has begun to change this host, and is not finished. */
export async function readOpenProgress(world: HostWorld): Promise<RunProgress | undefined> {
  const progress = await fileProgress(world.layout.recoverProgress, world.files).load()
  if (progress === undefined || progress.isFinished) return undefined
  // Nothing was moved, or all is back: what such a run has noted is of a moment that is over.
  return (await readMarker(world))?.state === 'stood-down' ? undefined : progress
}

async function requireMarker(progress: RunProgress | undefined, world: HostWorld): Promise<StandDownMarker> {
  const found = await readMarker(world)
  const noted = progress?.notes?.['marker']
  // Once etcd may have started it is gone; the run remembers it.
  const isKnown = noted !== undefined && (found !== undefined || mayServe(progress))
  const marker = isKnown ? parseMarker(noted, world.layout.recoverProgress) : found
  if (marker === undefined) {
    throw new SignetError('refused', 'this member has not stood down', {
      hint: 'on each host of the cluster that lives: signet recover --stand-down; then here what it prints',
    })
  }
  await refuseHalfStoodDown(marker, world)
  if (marker.state === 'recovering' && progress === undefined) throw progressLost(world)
  if (marker.state !== 'rejoining') return marker
  throw new SignetError('refused', 'this host is being brought into a recovered cluster, and that was interrupted', {
    hint: 'run that again: signet recover --rejoin --cluster=ID',
  })
}

// Nothing tells how far its own data go: what is older would pass for the most advanced.
async function refuseHalfStoodDown({ kept }: StandDownMarker, world: HostWorld): Promise<void> {
  if (kept !== null || (await fileProgress(standDownProgressFile(world), world.files).load()) === undefined) return
  throw new SignetError('refused', 'this member has begun to stand down, and that was interrupted', {
    hint: 'run it again, which goes on: signet recover --stand-down',
  })
}

function progressLost({ layout }: HostWorld): SignetError {
  const [data, marker] = [quoteShell(layout.dataDirectory), quoteShell(layout.standDown)]
  return new SignetError('refused', 'a recovery was interrupted on this host, and nothing tells how far it came', {
    hint: `see where the data are: ls -ld ${data}*; once they are at ${data}: rm ${marker}; signet recover --stand-down`,
  })
}

/** The cluster that lost its quorum, and those that it was recovered from on this host: their snapshots are of its own past. */
async function readLineage({ clusterId }: StandDownMarker, world: HostWorld): Promise<readonly string[]> {
  if (clusterId === null) return []
  const receipt = await readRecoverReceipt(world).catch(() => undefined)
  const before = receipt?.newClusterId === clusterId ? receipt.oldClusterId : null
  return before === null ? [clusterId] : [clusterId, before]
}

interface SourceQuestion {
  readonly answers: RecoverAnswers
  readonly marker: StandDownMarker
  readonly progress: RunProgress | undefined
  readonly own: OwnEtcd
  readonly place: DataPlace
  readonly clusterIds: readonly string[]
}

async function readSource(question: SourceQuestion, parts: RecoveryParts): Promise<RecoverSource> {
  const { answers, marker, progress } = question
  const noted = progress?.notes?.['source']
  if (noted !== undefined) return parseSource(noted)
  if (answers.from !== undefined) return readFile(answers.from, true, parts)
  if (marker.kept === null) throw await nothingKept(question, parts)
  if (marker.kept.kind === 'database') return readOwnDatabase(question)
  return readFile(marker.kept.file, false, parts).catch((cause: unknown) => {
    throw brokenSnapshot(marker.kept?.file ?? '', cause)
  })
}

/** What is noted of a source, as it is read again. */
export function formatSource(source: RecoverSource): string {
  return JSON.stringify({ ...source, revision: `${source.revision}` })
}

function parseSource(text: string): RecoverSource {
  const source = JSON.parse(text) as Omit<RecoverSource, 'revision'> & { readonly revision: string }
  return { ...source, revision: BigInt(source.revision) }
}

async function readFile(path: string, isBrought: boolean, { verify }: RecoveryParts): Promise<RecoverSource> {
  const { file, bytes, revision, sidecar, signedBy } = await verify(path)
  return {
    kind: 'snapshot',
    file,
    revision: BigInt(revision),
    bytes,
    takenAt: sidecar?.time,
    clusterId: sidecar?.clusterId,
    signedBy: signedBy?.member,
    etcdVersion: sidecar?.etcdVersion,
    keys: sidecar?.keys ?? undefined,
    isBrought,
  }
}

async function readOwnDatabase({ place, marker, clusterIds }: SourceQuestion): Promise<RecoverSource> {
  const file = existsSync(place.aside) ? databaseIn(place, place.aside) : databaseIn(place, place.live)
  const read = await withLargeFile(file, async ({ readAt, bytes }) => ({ bytes, ...(await readStoreRevision(readAt)) }))
  if (read === undefined) throw new SignetError('bad-data', `${file} is no plain file`, { hint: standDownAgain })
  return {
    kind: 'database',
    file,
    revision: read.revision,
    bytes: read.bytes,
    takenAt: marker.kept?.takenAt ?? statSync(file).mtime.toISOString(),
    clusterId: clusterIds[0],
    signedBy: undefined,
    etcdVersion: undefined,
    keys: undefined,
    isBrought: false,
  }
}

/** The database within data that are, or were, at one of the names of a place. */
export function databaseIn({ live }: DataPlace, at: string): string {
  return join(at, live.endsWith('/member') ? 'snap/db' : 'member/snap/db')
}

const standDownAgain = 'read again how far its data go: signet recover --stand-down'

function brokenSnapshot(file: string, cause: unknown): SignetError {
  return new SignetError('bad-data', `the snapshot that this member kept is not whole any more: ${file}`, {
    hint: `to go on from its database itself: rm ${quoteShell(file)}; signet recover --stand-down; or name another: signet recover --from=FILE`,
    cause,
  })
}

// What is next: a snapshot of this host's own, or another survivor.
async function nothingKept({ clusterIds, answers }: SourceQuestion, parts: RecoveryParts): Promise<SignetError> {
  const newest = await readNewest(clusterIds, parts)
  const survivor = [...answers.seen].toSorted(([, one], [, other]) => Number(other - one))[0]
  const fromFile = newest === undefined ? 'name a snapshot: ' : 'the newest of this host: '
  const from = typed({ ...answers, from: newest?.file ?? 'FILE' })
  const there =
    survivor === undefined ? '' : `recover on ${survivor[0]} instead, which has revision ${survivor[1]}; or `
  return new SignetError('unavailable', "nothing of this member's own data can be read", {
    hint: `${there}${fromFile}${from}`,
  })
}

async function readNewest(
  clusterIds: readonly string[],
  { listOwn }: RecoveryParts,
): Promise<RecoverFacts['newestKnown']> {
  const own = (await listOwn()).filter(({ clusterId }) => clusterId === clusterIds[0] || clusterIds.length === 0)
  const all = own.map(({ file, revision }) => ({ file, revision: BigInt(revision) }))
  return all.toSorted((one, other) => (other.revision > one.revision ? 1 : -1))[0]
}

async function readVersion(world: HostWorld): Promise<RecoverFacts['etcdVersion']> {
  const { version, problem } = await readEtcd({ directory: world.layout.etcdBinaries, from: 'named' }, world)
  if (problem !== undefined) throw problem
  if (version === undefined) throw new SignetError('internal', 'an etcd without a problem has no version')
  return version
}

function readCertificateEnd({ layout }: HostWorld): Date {
  const pem = readRequiredFile(layout.memberCertificate, 'request it again: signet renew')
  return new Date(new X509Certificate(pem).validTo)
}

/** Addresses of kube-apiservers: of connections, of the database, and of the journal where this is the signer. */
async function findApiservers(marker: StandDownMarker, world: HostWorld): Promise<readonly string[]> {
  const members = new Set(marker.members.flatMap(addressesOf))
  const masters = await readKnownMasters(world)
  const journal = masters?.soonest.map(({ address }) => address).filter((address) => address !== '') ?? []
  const connected = marker.clients.filter((address) => !members.has(address))
  return [...new Set([...marker.masterLeases, ...connected, ...journal])].toSorted()
}

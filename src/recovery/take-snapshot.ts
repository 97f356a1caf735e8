import { join, resolve } from 'node:path'
import { formatMemberId } from '../cluster/cluster-view.ts'
import { SignetError } from '../core/signet-error.ts'
import { readSnapshot } from '../etcd/snapshot/read-snapshot.ts'
import { readStoreRevision, type StoreRevision } from '../etcd/snapshot/store-revision.ts'
import { type SnapshotDigest, TrailingDigest } from '../etcd/snapshot/trailing-digest.ts'
import { removeFile } from '../host/files/remove-file.ts'
import { newTemporaryPath } from '../host/files/write-file-atomically.ts'
import { withLargeFile } from '../host/large-files/read-large-file.ts'
import { receiveFile } from '../host/large-files/receive-file.ts'
import { formatClusterId, snapshotName } from '../host/snapshots/snapshot-name.ts'
import { clearDebris, temporaryStem } from './keep/clear-debris.ts'
import { putInPlace, requireFree } from './put-in-place.ts'
import { readRoom } from './read-room.ts'
import type { RecoveryWorld } from './recovery-world.ts'
import { signSidecar } from './sidecar/sign-sidecar.ts'
import { ensureOwnPlace, readTypedPlace, type SnapshotPlace } from './snapshot-place.ts'
import type { SnapshotReceipt, SnapshotSidecar } from './snapshot-receipt.ts'
import { requireRoom, type SnapshotRoom } from './snapshot-room.ts'
import { describeMoment, openSource, type SnapshotSource } from './snapshot-source.ts'

/** What a snapshot is taken of, where to, and who hears how it goes. */
export interface SnapshotOrder {
  /** A directory, or a file in one; this host's own directory for snapshots where it is left out. */
  readonly to?: string | undefined
  /** The first member of the sandbox in this directory, instead of this host's. */
  readonly sandbox?: string | undefined
  /** Frees what may go of what is there, for a snapshot of this cluster. */
  readonly makeRoom?: ((room: SnapshotRoom, clusterId: string) => Promise<void>) | undefined
  /** Bytes that have come, of about so many. */
  readonly onProgress?: ((receivedBytes: number, totalBytes: number) => void) | undefined
}

/** A snapshot that is being taken. */
interface Taking {
  readonly world: RecoveryWorld
  readonly order: SnapshotOrder
  readonly source: SnapshotSource
  readonly place: SnapshotPlace
}

/**
 * Takes a snapshot of this host's own member, also without quorum. Its digest is computed while it comes and compared with
 * etcd's; only then does it get its name, with a sidecar beside it, and both are on the disk when this resolves. Whatever goes
 * wrong, nothing is left.
 */
export async function takeSnapshot(world: RecoveryWorld, order: SnapshotOrder = {}): Promise<SnapshotReceipt> {
  const source = await openSource(order.sandbox, world)
  const hangUp = (): void => source.client.close()
  world.signal.addEventListener('abort', hangUp)
  try {
    const place = await findPlace(order, world)
    const { status } = source
    await order.makeRoom?.(
      await readRoom(place.directory, status.dbSizeBytes, world),
      formatClusterId(status.clusterId),
    )
    requireRoom(await readRoom(place.directory, status.dbSizeBytes, world))
    return await take({ world, order, source, place })
  } catch (error) {
    throw world.signal.aborted ? interrupted(error) : error
  } finally {
    world.signal.removeEventListener('abort', hangUp)
    hangUp()
  }
}

function interrupted(cause: unknown): SignetError {
  const message = 'the snapshot was interrupted, and nothing of it is left'
  return new SignetError('try-later', message, { hint: 'take it again: signet snapshot save', cause })
}

function findPlace({ to, sandbox }: SnapshotOrder, world: RecoveryWorld): Promise<SnapshotPlace> {
  if (to !== undefined) return readTypedPlace(to, world)
  return ensureOwnPlace(sandbox === undefined ? world.layout.snapshots : resolve(sandbox, 'snapshots'), world)
}

async function take(taking: Taking): Promise<SnapshotReceipt> {
  const { world, source, place } = taking
  const startMs = world.clock.now()
  if (place.name !== undefined) requireFree(join(place.directory, place.name))
  const stem = join(place.directory, temporaryStem)
  // Debris is in nobody's way.
  await clearDebris(place.directory, world.files).catch(() => {})
  const temporary = newTemporaryPath(stem)
  try {
    const digest = await receive(temporary, taking)
    const revisions = await readRevisions(temporary)
    const described = await describe(source, { startMs, digest, revisions })
    const { sidecar, ...signing } = signSidecar(described, source.paths)
    world.signal.throwIfAborted()
    const name = place.name ?? snapshotName(source.status.clusterId, revisions.revision, startMs)
    const file = join(place.directory, name)
    await putInPlace(temporary, file, sidecar)
    return { file, ...sidecar, ...signing }
  } catch (error) {
    await removeFile(temporary)
    throw error
  }
}

async function receive(temporary: string, { world, order, source }: Taking): Promise<SnapshotDigest> {
  const digest = new TrailingDigest()
  const chunks = readSnapshot(source.client, source.endpoint, { signal: world.signal, digest })
  await receiveFile(temporary, watched(chunks, source, order))
  return digest.finish()
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  { status }: SnapshotSource,
  { onProgress }: SnapshotOrder,
): AsyncGenerator<Uint8Array> {
  let receivedBytes = 0
  for await (const chunk of chunks) {
    yield chunk
    receivedBytes += chunk.length
    onProgress?.(receivedBytes, Math.max(receivedBytes, status.dbSizeBytes))
  }
}

async function readRevisions(file: string): Promise<StoreRevision> {
  const read = await withLargeFile(file, ({ readAt }) => readStoreRevision(readAt))
  if (read === undefined) throw new Error(`${file} is no file any more`)
  return read
}

interface Received {
  readonly startMs: number
  readonly digest: SnapshotDigest
  readonly revisions: StoreRevision
}

async function describe(source: SnapshotSource, { startMs, digest, revisions }: Received): Promise<SnapshotSidecar> {
  const { clusterId, memberId, version, alarms } = source.status
  return {
    time: new Date(startMs).toISOString(),
    clusterId: formatClusterId(clusterId),
    memberId: formatMemberId(memberId),
    etcdVersion: version,
    alarms: alarms.filter((alarm) => alarm.memberId === memberId).map(({ kind }) => kind),
    revision: `${revisions.revision}`,
    compactRevision: `${revisions.compactRevision}`,
    bytes: digest.bytes,
    sha256: digest.sha256,
    caPin: source.caPin,
    ...(await describeMoment(source, revisions.revision)),
  }
}

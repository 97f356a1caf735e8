import { statSync, unlinkSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { formatMemberId } from '../cluster/cluster-view.ts'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import { readMetric } from '../etcd/read-metric.ts'
import { readSnapshot } from '../etcd/snapshot/read-snapshot.ts'
import { readStoreRevision } from '../etcd/snapshot/store-revision.ts'
import { TrailingDigest } from '../etcd/snapshot/trailing-digest.ts'
import { writeFailure } from '../host/files/file-failure.ts'
import { createFile, moveIntoPlace, newTemporaryPath, removeTemporaries } from '../host/files/write-file-atomically.ts'
import { readFreeBytes } from '../host/free-bytes.ts'
import { withLargeFile } from '../host/large-files/read-large-file.ts'
import { receiveFile } from '../host/large-files/receive-file.ts'
import { systemErrorCode } from '../host/system-error.ts'
import type { RecoveryWorld } from './recovery-world.ts'
import { formatClusterId, sidecarPath, snapshotName } from './snapshot-name.ts'
import { ensureOwnPlace, readTypedPlace, type SnapshotPlace } from './snapshot-place.ts'
import type { SnapshotReceipt, SnapshotSidecar } from './snapshot-receipt.ts'
import { requireRoom } from './snapshot-room.ts'
import { describeMoment, openSource, type SnapshotSource } from './snapshot-source.ts'

/** What a snapshot is taken of, where to, and who hears how it goes. */
export interface SnapshotOrder {
  /** A directory, or a file in one; this host's own directory for snapshots where it is left out. */
  readonly to?: string | undefined
  /** The first member of the sandbox in this directory, instead of this host's. */
  readonly sandbox?: string | undefined
  /** Bytes that have come, of about so many. */
  readonly onProgress?: ((receivedBytes: number, totalBytes: number) => void) | undefined
}

/** What a snapshot is called until it is known to be whole. */
const temporaryStem = '.signet-snapshot'
/** A save that goes on writes more often than this; what is older was left by one that was killed. */
const leftAfterMs = 10 * 60_000
/** Where etcd does not tell its quota: what it recommends at most. */
const largestQuotaBytes = 8 * 1024 ** 3

/**
 * Takes a snapshot of this host's own member, also without quorum. Its digest is computed while it comes and compared with
 * etcd's; only then does it get its name, with a sidecar beside it, and both are on the disk when this resolves. Whatever goes
 * wrong, nothing is left.
 */
export async function takeSnapshot(world: RecoveryWorld, order: SnapshotOrder = {}): Promise<SnapshotReceipt> {
  const source = await openSource(order.sandbox, world)
  try {
    const place = await findPlace(order, world)
    await requireRoom(await readRoom(place, source, { world, isOwn: order.sandbox === undefined }))
    await removeTemporaries(join(place.directory, temporaryStem), leftAfterMs)
    return await receive(source, place, { world, order })
  } catch (error) {
    if (!world.signal.aborted) throw error
    throw new SignetError('try-later', 'the snapshot was interrupted, and nothing of it is left', {
      hint: 'take it again: signet snapshot save',
      cause: error,
    })
  } finally {
    source.client.close()
  }
}

function findPlace({ to, sandbox }: SnapshotOrder, world: RecoveryWorld): Promise<SnapshotPlace> {
  if (to !== undefined) return readTypedPlace(to, world)
  return ensureOwnPlace(sandbox === undefined ? world.layout.snapshots : resolve(sandbox, 'snapshots'), world)
}

async function readRoom(
  { directory }: SnapshotPlace,
  { status }: SnapshotSource,
  { world, isOwn }: { readonly world: RecoveryWorld; readonly isOwn: boolean },
): Promise<Parameters<typeof requireRoom>[0]> {
  const isShared = isOwn && deviceOf(world.layout.dataDirectory) === deviceOf(directory)
  const quota = await readMetric(`http://127.0.0.1:${world.etcdPorts.metrics}`, 'etcd_server_quota_backend_bytes')
  return {
    directory,
    freeBytes: readFreeBytes(directory),
    databaseBytes: status.dbSizeBytes,
    sharedQuotaBytes: isShared ? (quota ?? largestQuotaBytes) : undefined,
  }
}

function deviceOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.dev
}

interface Receiving {
  readonly world: RecoveryWorld
  readonly order: SnapshotOrder
}

async function receive(
  source: SnapshotSource,
  place: SnapshotPlace,
  { world, order }: Receiving,
): Promise<SnapshotReceipt> {
  const startMs = world.clock.now()
  const temporary = newTemporaryPath(join(place.directory, temporaryStem))
  const digest = new TrailingDigest()
  const chunks = readSnapshot(source.client, source.endpoint, { signal: world.signal, digest })
  await receiveFile(temporary, watched(chunks, source, order))
  try {
    const { revision, compactRevision } = await readRevisions(temporary)
    const { clusterId, memberId, version } = source.status
    const { bytes, sha256 } = digest.finish()
    const sidecar: SnapshotSidecar = {
      time: new Date(startMs).toISOString(),
      clusterId: formatClusterId(clusterId),
      memberId: formatMemberId(memberId),
      etcdVersion: version,
      revision: `${revision}`,
      compactRevision: `${compactRevision}`,
      bytes,
      sha256,
      caPin: source.caPin,
      ...(await describeMoment(source, revision)),
    }
    world.signal.throwIfAborted()
    const file = join(place.directory, place.name ?? snapshotName(clusterId, revision, startMs))
    await putInPlace(temporary, file, sidecar)
    return { file, ...sidecar }
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw error
  }
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

async function readRevisions(file: string): ReturnType<typeof readStoreRevision> {
  const read = await withLargeFile(file, ({ readAt }) => readStoreRevision(readAt))
  if (read === undefined) throw new Error(`${file} is no file any more`)
  return read
}

/**
 * The sidecar first, as a file that was not there: of two saves under one name the second is refused, and a snapshot never
 * stands without its sidecar.
 */
async function putInPlace(temporary: string, file: string, sidecar: SnapshotSidecar): Promise<void> {
  const beside = sidecarPath(file)
  requireAbsent(file)
  await createFile(beside, `${JSON.stringify(sidecar)}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw systemErrorCode(error) === 'EEXIST' ? taken(beside) : writeFailure(beside, error)
  })
  try {
    requireAbsent(file)
    await moveIntoPlace(temporary, file)
  } catch (error) {
    unlinkSync(beside)
    throw writeFailure(file, error)
  }
}

function requireAbsent(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) throw taken(path)
}

// A name that we made has the second in it, so that the next one is free.
function taken(path: string): SignetError {
  return new SignetError('refused', `${path} is there already, and no snapshot is overwritten`, {
    hint: `take it again under another name; see what it is: ls -l ${quoteShell(path)}`,
  })
}

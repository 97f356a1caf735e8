import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../../core/byte-count.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { measureTree } from '../../host/files/measure-tree.ts'
import { readFreeBytes } from '../../host/free-bytes.ts'
import { readSnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'
import { recordAct } from '../../host/snapshots/snapshot-state.ts'
import { encryptedEnding, snapshotNameOf } from './copy-order.ts'
import { copyPlaces } from './copy-places.ts'
import { type CopyRecord, readRecord } from './copy-record.ts'
import type { CopyWorld } from './copy-world.ts'
import { withExchange } from './exchange.ts'
import { requireCopyRoom } from './require-copy-room.ts'
import { runCopyUnit } from './run-copy-unit.ts'
import { type Fetched, type FetchedSidecar, type TakenBytes, takeFetched, takeSidecar } from './take-fetched.ts'

/** A copy that was brought back, and is the one that left as far as that is known here. */
export interface FetchedCopy extends TakenBytes {
  /** The name of the snapshot that it is of. */
  readonly snapshot: string
  /** The name under which it was brought. */
  readonly name: string
  /** Whether it was compared with what is kept here of the copy that left. */
  readonly isCompared: boolean
}

/** What is to be brought, and what becomes of it. */
interface FetchOrder {
  /** Of a snapshot, or of what age made of one. */
  readonly name: string
  /** Takes the chunks, about so many bytes, all of them, before they are known to be right; nothing where only the digest matters. */
  readonly take?: ((chunks: AsyncGenerator<Buffer, void, undefined>, bytes: number) => Promise<void>) | undefined
  /** Does what is left to do once they are. */
  readonly keep?: ((copy: FetchedCopy, sidecar: FetchedSidecar) => Promise<void>) | undefined
}

/** What a copy may be larger than the one that left, while its program still has it in two pieces. */
const spareBytes = 64 * 1024 ** 2
/** Less must not be left to etcd, whoever fills the disk. */
const leastFreeBytes = 256 * 1024 ** 2
/** Where nothing is known of the copy, and nothing configured. */
const usualMostBytes = 20 * 1024 ** 3

/**
 * Has the operator's program bring a copy back, and compares it with what is kept here of the one that left: a program that
 * said it had copied and had not is found by this. Throws `bad-data` where another file came, or none.
 */
export async function fetchCopy(order: FetchOrder, world: CopyWorld): Promise<FetchedCopy> {
  const snapshot = snapshotNameOf(order.name)
  const isName = order.name === snapshot || order.name === `${snapshot}${encryptedEnding}`
  if (!isName || parseSnapshotName(snapshot) === undefined) {
    throw new SignetError('usage', `${quoteUntrusted(order.name)} is no name of a snapshot`, {
      hint: `see which were copied: ls ${quoteShell(copyPlaces(world.layout).records)}`,
    })
  }
  try {
    return await fetchKnown({ ...order, snapshot }, world)
  } catch (error) {
    // That somebody interrupts it, or the host goes down, says nothing of the copy.
    if (!world.signal.aborted) {
      await recordAct(world, 'fetch', { failure: asSignetError(error).message }).catch(() => {})
    }
    throw error
  }
}

async function fetchKnown(order: FetchOrder & { readonly snapshot: string }, world: CopyWorld): Promise<FetchedCopy> {
  const { layout, files, clock } = world
  const config = await readSnapshotConfig(world)
  const program = config.fetch
  if (program === undefined) {
    throw new SignetError('configuration', 'this host was not told how copies of snapshots are fetched', {
      hint: `name a program in ${layout.snapshotConfiguration}, "fetch: /path/program"; OPERATIONS has three that work`,
    })
  }
  const { snapshot } = order
  const record = await readRecord(copyPlaces(layout).records, snapshot, files)
  const encrypted = `${snapshot}${encryptedEnding}`
  const name =
    order.name === snapshot ? (record?.name ?? (config.recipients.length > 0 ? encrypted : snapshot)) : order.name
  const mostBytes = record?.bytes ?? config.maxBytes ?? usualMostBytes
  const startMs = clock.now()
  return withExchange(world, async (exchange) => {
    if (record !== undefined) await requireCopyRoom(record.bytes, exchange.exchange, world)
    const fetched = { name, mostBytes, exchange, world }
    await runCopyUnit({ kind: 'fetch', program, name }, exchange, world, { look: () => lookAtDisk(fetched) })
    const sidecar = await takeSidecar(fetched)
    const taken = await takeAll(fetched, order)
    const copy = { snapshot, name, ...taken, isCompared: requireSame(name, taken, record) }
    await order.keep?.(copy, sidecar)
    // What was compared with nothing is no proof of what left this host.
    if (!copy.isCompared) return copy
    const { time: takenAt, revision } = sidecar.sidecar
    const durationMs = Math.max(0, clock.now() - startMs)
    await recordAct(world, 'fetch', { success: { snapshot, takenAt, revision, ...taken, durationMs } })
    return copy
  })
}

async function takeAll(fetched: Fetched, { take }: FetchOrder): Promise<TakenBytes> {
  const { chunks, finish } = takeFetched(fetched)
  if (take === undefined) for await (const _ of chunks());
  else await take(chunks(), await lengthOf(fetched))
  return finish()
}

// What is no file of its own is refused once it is opened.
async function lengthOf({ name, exchange }: Fetched): Promise<number> {
  const found = await lstat(join(exchange.incoming, name)).catch(() => undefined)
  return found?.size ?? 0
}

/** Why the program must end before its time: it has brought more than there can be, or takes what etcd needs. */
async function lookAtDisk({ mostBytes, exchange }: Fetched): Promise<string | undefined> {
  const limit = 2 * mostBytes + spareBytes
  if ((await measureTree(exchange.incoming)) > limit) return `brought more than ${formatBytes(limit)} and was ended`
  if (readFreeBytes(exchange.incoming) > leastFreeBytes) return undefined
  return `was ended: less than ${formatBytes(leastFreeBytes)} is left on the disk`
}

/** Whether it was compared. Throws `bad-data` where it is another than the one that left. */
function requireSame(name: string, taken: TakenBytes, record: CopyRecord | undefined): boolean {
  if (record?.name !== name) return false
  if (record.sha256 === taken.sha256 && record.bytes === taken.bytes) return true
  const was = `${record.bytes} bytes with the SHA-256 ${record.sha256} left this host at ${record.time}`
  throw new SignetError(
    'bad-data',
    `${name} is not what was copied: ${was}, ${taken.bytes} with ${taken.sha256} came back`,
    {
      hint: 'copy it again, and see why the copy was changed: signet snapshot copy NAME',
    },
  )
}

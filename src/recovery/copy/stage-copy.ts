import { createHash } from 'node:crypto'
import { chmod, chown, link } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FileSettings } from '../../host/files/write-file-atomically.ts'
import { receiveFile } from '../../host/large-files/receive-file.ts'
import { sidecarPath } from '../../host/snapshots/snapshot-name.ts'
import type { VerifiedSnapshot } from '../verify-snapshot.ts'
import { encryptedEnding } from './copy-order.ts'
import type { CopyRecord } from './copy-record.ts'
import type { CopyWorld } from './copy-world.ts'
import { type Exchange, readableBy } from './exchange.ts'
import { requireCopyRoom } from './require-copy-room.ts'
import { encrypt } from './run-age.ts'

/** What goes out, as it is kept once it is elsewhere. */
export type StagedCopy = Omit<CopyRecord, 'time'>

/** What the account may read of a snapshot, and nobody else: root's, not to be written to. */
const readable = 0o640

/**
 * Shows the account what it is to copy: the snapshot by a second name, which takes no room, or with recipients what age makes of it;
 * and beside it the sidecar, which holds no key and no value of etcd's.
 */
export async function stageCopy(
  verified: VerifiedSnapshot,
  recipients: readonly string[],
  exchange: Exchange,
  world: CopyWorld,
): Promise<StagedCopy> {
  const owner = readableBy(exchange.owner, world)
  const { file } = verified
  const beside = sidecarPath(file)
  const sidecar = (await world.files.read(beside))?.text ?? ''
  await world.files.write(join(exchange.outgoing, basename(beside)), sidecar, { mode: readable, owner })
  if (recipients.length > 0) return encrypted(verified, { recipients, exchange, owner }, world)
  const staged = join(exchange.outgoing, basename(file))
  await link(file, staged)
  await show(staged, owner)
  return { name: basename(file), bytes: verified.bytes, sha256: verified.sha256 }
}

interface Encryption {
  readonly recipients: readonly string[]
  readonly exchange: Exchange
  readonly owner: FileSettings['owner']
}

async function encrypted(
  { file, bytes: databaseBytes }: VerifiedSnapshot,
  { recipients, exchange, owner }: Encryption,
  world: CopyWorld,
): Promise<StagedCopy> {
  await requireCopyRoom(databaseBytes, exchange.exchange, world)
  const name = `${basename(file)}${encryptedEnding}`
  const hash = createHash('sha256')
  let bytes = 0
  async function* counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of encrypt(file, recipients, world)) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  const staged = join(exchange.outgoing, name)
  await receiveFile(staged, counted())
  await show(staged, owner)
  return { name, bytes, sha256: hash.digest('hex') }
}

async function show(path: string, owner: FileSettings['owner']): Promise<void> {
  // The owner first: whoever owned it before must not read it by the new mode.
  if (owner !== undefined) await chown(path, owner.uid, owner.gid)
  await chmod(path, readable)
}

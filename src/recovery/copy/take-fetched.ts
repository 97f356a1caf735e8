import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { SignetError } from '../../core/signet-error.ts'
import { TrailingDigest } from '../../etcd/snapshot/trailing-digest.ts'
import { readForeignFile } from '../../host/large-files/foreign-file.ts'
import { type SnapshotSidecar, sidecarSchema } from '../snapshot-receipt.ts'
import { encryptedEnding, sidecarNameOf } from './copy-order.ts'
import type { CopyWorld } from './copy-world.ts'
import type { Exchange } from './exchange.ts'

/** What a program has brought, and what root makes of it. */
export interface Fetched {
  readonly name: string
  readonly mostBytes: number
  readonly exchange: Exchange
  readonly world: Pick<CopyWorld, 'ownUid'>
}

/** What went by while it was read. */
export interface TakenBytes {
  readonly bytes: number
  readonly sha256: string
}

const mostSidecarBytes = 256 * 1024

/** The chunks of what was brought, and once they have all been taken what they were. */
export function takeFetched({ name, mostBytes, exchange, world }: Fetched): {
  readonly chunks: () => AsyncGenerator<Buffer, void, undefined>
  readonly finish: () => TakenBytes
} {
  const digest = name.endsWith(encryptedEnding) ? new WholeDigest() : new SnapshotOwnDigest(name)
  const path = join(exchange.incoming, name)
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of readForeignFile({ path, mostBytes, ownerUid: exchange.owner?.uid ?? world.ownUid })) {
      digest.add(chunk)
      yield chunk
    }
  }
  return { chunks, finish: () => digest.finish() }
}

/** The text of the sidecar that was brought with it; it must be one of this snapshot. Throws `bad-data`. */
export async function takeSidecar({ name, exchange, world }: Omit<Fetched, 'mostBytes'>): Promise<FetchedSidecar> {
  const file = sidecarNameOf(name)
  const path = join(exchange.incoming, file)
  const ownerUid = exchange.owner?.uid ?? world.ownUid
  const chunks: Buffer[] = []
  for await (const chunk of readForeignFile({ path, mostBytes: mostSidecarBytes, ownerUid })) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), sidecarSchema), text)
  if (parsed.success) return { text, sidecar: parsed.output }
  throw new SignetError('bad-data', `what was brought as ${file} is no sidecar of a snapshot`, {
    hint: 'see what is at the place of the copies; copy it again: signet snapshot copy NAME',
  })
}

/** A sidecar as it was brought: its signature is over what it says, and it is kept as it is. */
export interface FetchedSidecar {
  readonly text: string
  readonly sidecar: SnapshotSidecar
}

/** Of all bytes: what age made has no digest of its own that could be seen without an identity. */
class WholeDigest {
  readonly #hash = createHash('sha256')
  #bytes = 0

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#bytes += chunk.length
  }

  finish(): TakenBytes {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}

/** Of a snapshot: the one that etcd ended it with, and which its bytes must have. */
class SnapshotOwnDigest {
  readonly #digest = new TrailingDigest()
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  add(chunk: Uint8Array): void {
    this.#digest.add(chunk)
  }

  finish(): TakenBytes {
    const { bytes, sha256, fault } = this.#digest.finish()
    if (fault === undefined) return { bytes, sha256 }
    throw new SignetError('bad-data', `what was brought as ${this.#name} is no whole snapshot (${fault})`, {
      hint: 'see what is at the place of the copies; copy it again: signet snapshot copy NAME',
    })
  }
}

import { SignetError } from '../../core/signet-error.ts'
import type { EtcdClient } from '../etcd-client.ts'
import { Maintenance } from '../rpc/rpc_pb.ts'
import { translateFailure } from '../rpc/translate-failure.ts'
import { type SnapshotDigest, TrailingDigest } from './trailing-digest.ts'

export interface ReadSnapshotOptions {
  /** How long a chunk may take to come, milliseconds; the whole may take as long as it must. Default 30,000. */
  readonly stallMs?: number
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined
  /** What is told the digest of what passes; asked for it once all has passed. */
  readonly digest?: TrailingDigest
}

/**
 * One member's whole database, chunk by chunk, as `etcdctl snapshot restore` wants it. Throws `unavailable` where it breaks
 * off, and where its digest is not the one that etcd ends it with: whoever has written until then must throw that away.
 */
export async function* readSnapshot(
  client: EtcdClient,
  endpoint: string,
  { stallMs = 30_000, signal, digest = new TrailingDigest() }: ReadSnapshotOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const stall = new AbortController()
  const ended = signal === undefined ? stall.signal : AbortSignal.any([stall.signal, signal])
  const expire = (): void => stall.abort(new SignetError('unavailable', `the snapshot from ${endpoint} stalled`))
  let timer = setTimeout(expire, stallMs)
  let wasAsked = false
  try {
    const maintenance = await client.at(endpoint, Maintenance)
    wasAsked = true
    for await (const { blob } of maintenance.snapshot({}, { signal: ended })) {
      clearTimeout(timer)
      digest.add(blob)
      yield blob
      timer = setTimeout(expire, stallMs)
    }
  } catch (error) {
    throw ended.aborted ? ended.reason : translateFailure(error, { endpoint, wasAsked }).failure
  } finally {
    clearTimeout(timer)
    stall.abort()
  }
  requireWhole(digest.finish(), endpoint)
}

function requireWhole({ bytes, fault }: SnapshotDigest, endpoint: string): void {
  if (fault === undefined) return
  const what = fault === 'changed' ? 'was changed on its way' : `broke off after ${bytes} bytes`
  throw new SignetError('unavailable', `the snapshot from ${endpoint} ${what}`, {
    hint: 'take it again: signet snapshot save',
  })
}

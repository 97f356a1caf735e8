import { SignetError } from '../core/signet-error.ts'
import type { EtcdClient } from './etcd-client.ts'
import { Maintenance } from './rpc/rpc_pb.ts'
import { translateFailure } from './rpc/translate-failure.ts'

// bbolt's pages are a multiple of this; the SHA-256 of all before it ends the stream, and a restore verifies it.
const diskBlockBytes = 512
const digestBytes = 32

/**
 * One member's whole database, chunk by chunk, as `etcdctl snapshot restore` wants it. A chunk may take `stallMs` to
 * come, the whole as long as it must. Throws `unavailable` where it breaks off: what came until then is worthless.
 */
export async function* readSnapshot(
  client: EtcdClient,
  endpoint: string,
  stallMs = 30_000,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stall = new AbortController()
  const expire = (): void => stall.abort(new SignetError('unavailable', `the snapshot from ${endpoint} stalled`))
  let timer = setTimeout(expire, stallMs)
  let wasAsked = false
  let sizeBytes = 0
  try {
    const maintenance = await client.at(endpoint, Maintenance)
    wasAsked = true
    for await (const { blob } of maintenance.snapshot({}, { signal: stall.signal })) {
      clearTimeout(timer)
      sizeBytes += blob.length
      yield blob
      timer = setTimeout(expire, stallMs)
    }
  } catch (error) {
    throw stall.signal.aborted ? stall.signal.reason : translateFailure(error, { endpoint, wasAsked }).failure
  } finally {
    clearTimeout(timer)
    stall.abort()
  }
  if (sizeBytes % diskBlockBytes !== digestBytes) {
    throw new SignetError('unavailable', `the snapshot from ${endpoint} broke off after ${sizeBytes} bytes`, {
      hint: 'take it again',
    })
  }
}

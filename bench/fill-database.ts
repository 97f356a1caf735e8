import { randomBytes } from 'node:crypto'
import { putKey } from '../src/etcd/key-value.ts'
import type { BenchCluster } from './bench-cluster.ts'

export interface Filling {
  readonly totalBytes: number
  readonly valueBytes: number
}

// Node.js ends streams of an HTTP/2 session that holds more than 10 MB.
const mostBytesUnderWay = 6 * 1024 ** 2
const mostPutsUnderWay = 64
const timeoutMs = 60_000

/** Fills etcd with random values, several at a time. */
export async function fillDatabase(cluster: BenchCluster, { totalBytes, valueBytes }: Filling): Promise<void> {
  const client = cluster.connect(timeoutMs)
  const value = randomBytes(valueBytes)
  const count = Math.ceil(totalBytes / valueBytes)
  let next = 0
  const fill = async (): Promise<void> => {
    while (next < count) {
      const key = `bench/fill/${next}`
      next += 1
      await putKey(client, key, value)
    }
  }
  const parallel = Math.min(mostPutsUnderWay, Math.floor(mostBytesUnderWay / valueBytes))
  try {
    await Promise.all(Array.from({ length: parallel }, fill))
  } finally {
    client.close()
  }
}

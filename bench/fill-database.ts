import { randomBytes } from 'node:crypto'
import { putKey } from '../src/etcd/key-value.ts'
import type { BenchCluster } from './bench-cluster.ts'

export interface Filling {
  readonly totalBytes: number
  readonly valueBytes: number
}

const parallel = 32
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
  try {
    await Promise.all(Array.from({ length: parallel }, fill))
  } finally {
    client.close()
  }
}

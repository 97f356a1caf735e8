// A thread of its own, so that nothing which the rest of the measurement does looks like a pause of etcd's.
import { parentPort, workerData } from 'node:worker_threads'
import { connectEtcd, type EtcdOptions } from '../src/etcd/etcd-client.ts'
import { putKey } from '../src/etcd/key-value.ts'

const client = connectEtcd(workerData as EtcdOptions)
let isStopping = false
parentPort?.once('message', () => {
  isStopping = true
})

const answersMs: number[] = []
const failures: string[] = []
await putKey(client, 'bench/load', 'warm')
parentPort?.postMessage('ready')
let puts = 0
while (!isStopping) {
  try {
    await putKey(client, 'bench/load', `${puts}`)
    answersMs.push(performance.timeOrigin + performance.now())
  } catch (error) {
    failures.push(`${error}`)
  }
  puts += 1
}
client.close()
// The end counts too: a cluster that stopped answering must not look as if it had never paused.
parentPort?.postMessage({ answersMs, failures, endedMs: performance.timeOrigin + performance.now() })

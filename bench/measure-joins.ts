import { setTimeout as delay } from 'node:timers/promises'
import { BenchCluster, type Growth } from './bench-cluster.ts'
import { longestPause, WriteLoad } from './write-load.ts'

export interface Contender {
  readonly title: string
  readonly grow: (cluster: BenchCluster) => Promise<Growth>
}

export const contenders: readonly Contender[] = [
  { title: 'signet join', grow: (cluster) => cluster.join() },
  { title: 'voting `member add`, etcd started at once', grow: (cluster) => cluster.addVoter(0) },
  { title: 'voting `member add`, etcd started 5 s late', grow: (cluster) => cluster.addVoter(5000) },
]

/** One growth under load. */
export interface JoinSample extends Growth {
  readonly from: number
  /** The same load on the same cluster just before: what the machine itself does to it. */
  readonly quietPauseMs: number
  readonly pauseMs: number
  readonly writes: number
  readonly failures: readonly string[]
}

const quietMs = 3000
const afterMs = 1000

/** Grows a new cluster from one member to `size`, under load, after `prepare`. */
export async function measureJoins(
  { title, grow }: Contender,
  size: number,
  prepare: (cluster: BenchCluster) => Promise<void> = async () => {},
): Promise<readonly JoinSample[]> {
  const cluster = await BenchCluster.start()
  try {
    await prepare(cluster)
    const samples: JoinSample[] = []
    for (let from = 1; from < size; from += 1) samples.push(await measureJoin(cluster, grow, { title, from }))
    return samples
  } finally {
    await cluster.stop()
  }
}

async function measureJoin(
  cluster: BenchCluster,
  grow: Contender['grow'],
  { title, from }: { title: string; from: number },
): Promise<JoinSample> {
  const load = await WriteLoad.start(cluster.clientUrls, cluster.credential)
  await delay(quietMs)
  const beganMs = performance.timeOrigin + performance.now()
  const growth = await grow(cluster)
  await delay(afterMs)
  const log = await load.stop()
  const before = { ...log, answersMs: log.answersMs.filter((ms) => ms < beganMs), endedMs: beganMs }
  const pause = longestPause(log, beganMs)
  tell(
    `${title} ${from} to ${from + 1}: ${formatSteps(growth)}; pause of ${Math.round(pause.lengthMs)} ms after ${Math.round(pause.beganMs - beganMs)} ms`,
  )
  return {
    ...growth,
    from,
    quietPauseMs: longestPause(before, 0).lengthMs,
    pauseMs: pause.lengthMs,
    writes: log.answersMs.length,
    failures: log.failures,
  }
}

function formatSteps({ commandToVoteMs, steps }: Growth): string {
  const parts = steps.map(({ id, durationMs }) => `${id} ${Math.round(durationMs)}`)
  return [`vote after ${Math.round(commandToVoteMs)} ms`, ...parts].join(', ')
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

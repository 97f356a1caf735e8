import { setTimeout as delay } from 'node:timers/promises'
import { BenchCluster, type Growth } from './bench-cluster.ts'
import { longestPause, WriteLoad } from './write-load.ts'

export interface Contender {
  readonly title: string
  readonly grow: (cluster: BenchCluster) => Promise<Growth>
}

/** Ours comes first. */
export const contenders: readonly [Contender, ...Contender[]] = [
  { title: 'signet join', grow: (cluster) => cluster.join() },
  { title: 'voting `member add`, etcd started at once', grow: (cluster) => cluster.addVoter(0) },
  { title: 'voting `member add`, etcd started 5 s late', grow: (cluster) => cluster.addVoter(5000) },
]

/** What one more process does to this machine, without any join. */
export const strangerControl: Contender = {
  title: 'nothing joins, an etcd of another cluster is started',
  grow: (cluster) => cluster.startStranger(),
}

/** What writing as much as a joining member has to write does to the disk that all members share here. */
export function diskControl(file: string): Contender {
  return { title: 'nothing joins, 1 GiB is written to the same disk', grow: (cluster) => cluster.writeBeside(file) }
}

/** One growth under load. */
export interface JoinSample extends Growth {
  readonly from: number
  /** The same load on the same cluster just before: what the machine itself does to it. */
  readonly quietPauseMs: number
  readonly pauseMs: number
  /** The step that was under way when the longest pause began; empty where there are no steps. */
  readonly pauseDuring: string
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
    `${title} ${from} to ${from + 1}: ${formatSteps(growth)}; pause of ${Math.round(pause.lengthMs)} ms after ${Math.round(pause.beganMs - beganMs)} ms ${stepAt(growth, pause.beganMs - beganMs)}`,
  )
  return {
    ...growth,
    from,
    quietPauseMs: longestPause(before, 0).lengthMs,
    pauseMs: pause.lengthMs,
    pauseDuring: stepAt(growth, pause.beganMs - beganMs),
    writes: log.answersMs.length,
    failures: log.failures,
  }
}

function stepAt({ commandToVoteMs, steps }: Growth, atMs: number): string {
  const toVote = steps.slice(0, steps.findIndex(({ id }) => id === 'promote') + 1)
  let beginsMs = commandToVoteMs - toVote.reduce((sum, { durationMs }) => sum + durationMs, 0)
  let during = steps.length === 0 ? '' : 'preflight'
  for (const { id, durationMs } of steps) {
    if (beginsMs <= atMs) during = id
    beginsMs += durationMs
  }
  return beginsMs <= atMs && steps.length > 0 ? 'afterwards' : during
}

function formatSteps({ commandToVoteMs, steps }: Growth): string {
  const parts = steps.map(({ id, durationMs }) => `${id} ${Math.round(durationMs)}`)
  return [`vote after ${Math.round(commandToVoteMs)} ms`, ...parts].join(', ')
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

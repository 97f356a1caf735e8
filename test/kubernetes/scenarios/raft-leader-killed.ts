import { setTimeout as delay } from 'node:timers/promises'
import { expectWholeWatch, formatLoad } from '../load/judge-load.ts'
import { KubeLoad } from '../load/kube-load.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

// An election takes at most two of etcd's election timeouts (1 s); on a busy machine it may be split once or twice.
const recoveryLimitMs = 15_000

/** SIGKILL of the Raft leader, and its return. */
export const raftLeaderKilled: KubeScenario = {
  name: 'raft-leader-killed',
  title: 'the Raft leader killed: requests fail for an election, then all succeed, and the watch has every write',
  run: async (stage) => {
    const cluster = await stage.cluster({ clientLifetime: '10m' })
    const { client } = await cluster.startApiserver()
    const load = await KubeLoad.start(client)
    await delay(5000)
    const killedMs = performance.now()
    const raftLeader = await cluster.raftLeader()
    await cluster.kill(raftLeader)
    await delay(recoveryLimitMs)
    const settledMs = performance.now()
    await delay(5000)
    await cluster.launch(raftLeader)
    await delay(5000)
    const result = await load.stop()
    const lastFailedMs = Math.max(killedMs, ...result.failed.map(({ endedMs }) => endedMs))
    stage.note(`${formatLoad(result)}; the last failure ${Math.round(lastFailedMs - killedMs)} ms after the kill`)
    expectWholeWatch(result)
    const late = result.failed.filter(({ begunMs }) => begunMs > settledMs)
    if (late.length > 0) throw new Error(`requests failed after ${recoveryLimitMs / 1000} s: ${formatLoad(result)}`)
  },
}

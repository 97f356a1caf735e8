import { setTimeout as delay } from 'node:timers/promises'
import type { KubeCluster } from '../cluster/kube-cluster.ts'
import { formatLoad } from '../load/judge-load.ts'
import { KubeLoad } from '../load/kube-load.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

// Five minutes by default. Long enough that a watch which last heard of progress 5 s ago, and takes ten more to come back on a busy
// machine, is still ahead of what is compacted.
const compactionSeconds = 20
// What was current when a quiet resource last changed is compacted at the second turn, or at the third where the first was just over.
const quietMs = 3 * compactionSeconds * 1000
const line = 'required revision has been compacted'

/**
 * Most resources do not change for hours, and etcd tells kube-apiserver nothing of them meanwhile, but for its progress. Once
 * connections break, it asks to go on from what it heard last.
 */
export const compaction: KubeScenario = {
  name: 'compaction',
  title:
    'members restart after quiet resources were compacted: kube-apiserver goes on where it was, and lists nothing again',
  run: async (stage) => {
    const own = await countCompacted(await stage.cluster({ clientLifetime: '10m' }))
    stage.note(`with our flags: ${own.lines} lines "${line}"; ${own.load}`)
    const control = await countCompacted(
      await stage.cluster({ clientLifetime: '10m', withoutFlag: /^--(experimental-)?watch-progress-notify-interval=/ }),
    )
    stage.note(`without --watch-progress-notify-interval: ${control.lines} lines; ${control.load}`)
    if (own.lines > 0) throw new Error(`${own.lines} lines "${line}" with our flags`)
    if (control.lines === 0) throw new Error('without the flag there is no such line either: this shows nothing')
  },
}

async function countCompacted(cluster: KubeCluster): Promise<{ readonly lines: number; readonly load: string }> {
  const apiserver = await cluster.startApiserver({ flags: [`--etcd-compaction-interval=${compactionSeconds}s`] })
  const load = await KubeLoad.start(apiserver.client)
  await delay(quietMs)
  for (const member of cluster.members) {
    await cluster.restart(member)
    await delay(3000)
  }
  await delay(5000)
  const told = formatLoad(await load.stop())
  const lines = apiserver.countInLog(line)
  await apiserver.stop()
  return { lines, load: told }
}

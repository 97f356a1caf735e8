import { KubeCluster, type KubeClusterSettings } from '../cluster/kube-cluster.ts'
import type { KubePair, KubeScenario, KubeVerdict } from './kube-scenario.ts'

/** Runs one scenario on one pair, and ends all that it has started. */
export async function runKubeScenario({ name, title, run }: KubeScenario, pair: KubePair): Promise<KubeVerdict> {
  const startedMs = performance.now()
  const notes: string[] = []
  const clusters: KubeCluster[] = []
  const cluster = async (choice: Pick<KubeClusterSettings, 'clientLifetime' | 'withoutFlag'>) => {
    const started = await KubeCluster.start({ ...choice, etcd: pair.etcd.dir, kubernetes: pair.kubernetes.dir })
    clusters.push(started)
    return started
  }
  const failure = await run({ pair, cluster, note: (text) => void notes.push(text) }).then(() => undefined, reasonOf)
  for (const started of clusters) await started.stop()
  return { name, title, pair, seconds: (performance.now() - startedMs) / 1000, notes, failure }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

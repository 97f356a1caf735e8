import type { KubeCluster, KubeClusterSettings } from '../cluster/kube-cluster.ts'

/** One Kubernetes on one etcd. */
export interface KubePair {
  readonly kubernetes: KubeBinaries
  readonly etcd: KubeBinaries
}

/** Programs of one version. */
export interface KubeBinaries {
  readonly version: string
  readonly dir: string
}

/** What a scenario works with. */
export interface KubeStage {
  readonly pair: KubePair
  /** A cluster of its own, which ends with the scenario. */
  readonly cluster: (choice: Pick<KubeClusterSettings, 'clientLifetime' | 'withoutFlag'>) => Promise<KubeCluster>
  /** A figure worth keeping, shown beside the verdict. */
  readonly note: (text: string) => void
}

/** Something that happens to a master's kube-apiserver, or to etcd behind it. It throws where what must come of it does not. */
export interface KubeScenario {
  /** For the command line. */
  readonly name: string
  /** A sentence about behaviour. */
  readonly title: string
  readonly run: (stage: KubeStage) => Promise<void>
}

/** What came of a scenario. */
export interface KubeVerdict {
  readonly name: string
  readonly title: string
  readonly pair: KubePair
  readonly seconds: number
  readonly notes: readonly string[]
  /** Absent where all was well. */
  readonly failure: string | undefined
}

import type { KubeBinaries, KubePair } from './kube-scenario.ts'

/** What there is, oldest first, and what was asked for. */
export interface PairChoice {
  readonly kubernetes: readonly KubeBinaries[]
  readonly etcds: readonly KubeBinaries[]
  /** Every Kubernetes with every etcd, and not only both ends. */
  readonly isWhole: boolean
}

/** On which pairs scenarios run: newest with newest and oldest with oldest, or all. Pure. */
export function choosePairs({ kubernetes, etcds, isWhole }: PairChoice): readonly KubePair[] {
  const all = kubernetes.flatMap((one) => etcds.map((etcd): KubePair => ({ kubernetes: one, etcd })))
  if (isWhole) return all
  return [...new Set([all.at(-1), all[0]])].filter((pair) => pair !== undefined)
}

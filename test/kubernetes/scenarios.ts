import type { KubeScenario } from './runner/kube-scenario.ts'
import { compaction } from './scenarios/compaction.ts'
import { expiredCertificate } from './scenarios/expiry.ts'
import { kubeadmJudges } from './scenarios/kubeadm.ts'
import { newKeys } from './scenarios/new-keys.ts'
import { raftLeaderKilled } from './scenarios/raft-leader-killed.ts'
import { renewedCertificates } from './scenarios/renewals.ts'
import { replacedMembers } from './scenarios/replaced-members.ts'

/** Everything that happens to a kube-apiserver on Signet, in this order. One file each; a new one is named here. */
export const kubeScenarios: readonly KubeScenario[] = [
  kubeadmJudges,
  renewedCertificates,
  newKeys,
  raftLeaderKilled,
  expiredCertificate,
  replacedMembers,
  compaction,
]

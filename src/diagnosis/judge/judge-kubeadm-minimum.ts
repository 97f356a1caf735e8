import { type Finding, well } from '../../core/finding.ts'
import { comparableVersions, kubeadmObjection } from '../../etcd/versions/kubeadm-minimum.ts'

const check = 'kubeadm-minimum'

/** Whether kubeadm would begin with the members as they are; silent where none told its version. Pure. */
export function judgeKubeadmMinimum(memberVersions: readonly string[]): readonly Finding[] {
  const known = comparableVersions(memberVersions)
  if (known.length === 0) return []
  const objection = kubeadmObjection(known)
  // A control plane that runs is not broken by it: only a new one cannot begin.
  if (objection !== undefined) return [{ check, level: 'attention', ...objection }]
  return [well('kubeadm-minimum', `kubeadm takes an external etcd of ${[...new Set(known)].join(', ')}`)]
}

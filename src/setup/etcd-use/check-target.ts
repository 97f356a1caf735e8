import type { MemberView } from '../../cluster/cluster-view.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import {
  findUpgradeObstacle,
  floorBefore36,
  parseMemberVersion,
  type UpgradeObstacle,
} from '../../etcd/versions/upgrade-rules.ts'
import type { UseFacts } from './plan-use.ts'

/** Refuses a target that etcd's rules about versions forbid, beside these members. */
export function checkTarget(
  { name, target, running, previous, cluster }: UseFacts,
  others: readonly MemberView[],
): void {
  const own = running ?? previous.version ?? target.version
  const known = others.flatMap(({ status }) => parseMemberVersion(status?.version ?? '') ?? [])
  const obstacle = findUpgradeObstacle({ target: target.version, own, others: known, cluster })
  if (obstacle !== undefined) throw refusal(obstacle, { name, own, target: target.version })
}

interface Move {
  readonly name: string
  readonly own: EtcdVersion
  readonly target: EtcdVersion
}

function refusal(obstacle: UpgradeObstacle, move: Move): SignetError {
  const { what, hint, code = 'configuration' } = explain(obstacle, formatVersion(move.own))
  return new SignetError(code, `${move.name} cannot move to etcd ${formatVersion(move.target)}: ${what}`, { hint })
}

interface Explained {
  readonly what: string
  readonly hint: string
  readonly code?: 'try-later'
}

function explain(obstacle: UpgradeObstacle, own: string): Explained {
  switch (obstacle.kind) {
    case 'unsupported':
      return { what: 'Signet knows 3.4 to 3.7', hint: 'bring an etcd of 3.4 to 3.7' }
    case 'skips-minor':
      return {
        what: `it runs ${own}, and etcd goes one minor version at a time`,
        hint: `bring every member to ${obstacle.next} first, one after the other`,
      }
    case 'below-floor': {
      const floor = formatVersion(floorBefore36)
      return {
        what: `a member runs ${formatVersion(obstacle.below)}, and 3.6 may follow ${floor} or later alone (etcd#20967)`,
        hint: `bring every member to 3.5.x, ${floor} or later, first`,
      }
    }
    case 'downgrade':
      return {
        what: `the cluster has taken up ${obstacle.cluster}, and no older etcd starts on its data`,
        hint: `bring an etcd of ${obstacle.cluster}`,
      }
    case 'apart':
      return {
        what: `a member runs ${formatVersion(obstacle.other)}, more than one minor version away`,
        hint: 'bring all members to the same minor version first; see them: signet member list',
      }
    case 'not-raised-yet':
      return {
        what: `the cluster has taken up no more than ${obstacle.cluster} yet`,
        hint: 'try again in ten seconds; if it stays so, see the versions of the members: signet member list',
        code: 'try-later',
      }
  }
}

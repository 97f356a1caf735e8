import { type ClusterView, votersOf } from '../../cluster/cluster-view.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { LearnerRun } from './learner/learner-run.ts'

/**
 * Refuses, before anything is added, members whose peer port this host cannot reach. Whether they reach its own shows only
 * once it listens there and they know of it: `findUnconnectedPeer`.
 */
export async function requireReachablePeers({ member, facts }: LearnerRun<string>, view: ClusterView): Promise<void> {
  const others = votersOf(view).filter(({ member }) => !member.peerUrls.includes(facts.own.peerUrl))
  const attempts = others.map(async ({ member: other }) => {
    const reached = await Promise.all(other.peerUrls.map((url) => member.canReach(url)))
    return reached.includes(true) ? undefined : other
  })
  const [unreached] = (await Promise.all(attempts)).filter((other) => other !== undefined)
  if (unreached === undefined) return
  throw new SignetError('unavailable', `${unreached.name} cannot be reached at ${unreached.peerUrls.join(', ')}`, {
    hint: `open the peer port of ${unreached.name} to ${facts.own.address}, then run it again`,
  })
}

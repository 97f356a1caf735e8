import {
  type ClusterView,
  formatMemberId,
  isHealthy,
  type MemberView,
  memberLabel,
} from '../../../cluster/cluster-view.ts'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import type { LearnerRun } from './learner-run.ts'
import { ToldWait } from './told-wait.ts'

const verificationLimitMs = 30_000
const pauseMs = 100

/** Waits until every member lists this host as a started voting member, and it is healthy itself. */
export async function verifyFromEveryMember(run: LearnerRun<string>): Promise<ClusterView> {
  const wait = new ToldWait(run, verificationLimitMs)
  for (;;) {
    const view = await run.cluster.readView().catch(asSignetError)
    const doubt = view instanceof SignetError ? view.message : await findDoubt(view, run)
    if (doubt === undefined && !(view instanceof SignetError)) return view
    if (wait.isOver) {
      throw new SignetError('try-later', `${run.facts.own.name} was promoted but cannot be verified: ${doubt}`, {
        hint: `see ${run.member.logHint}; then run it again with the same arguments`,
      })
    }
    wait.tell(doubt ?? 'etcd does not answer yet')
    await run.pause(pauseMs)
  }
}

async function findDoubt(view: ClusterView, run: LearnerRun<string>): Promise<string | undefined> {
  const own = view.members.find(({ member }) => member.id === run.memberId)
  if (own === undefined) return `member ${formatMemberId(run.memberId)} is not in the list`
  if (!isHealthy(own)) return 'it is not healthy yet'
  const doubts = await Promise.all(view.members.map((member) => findDoubtOf(member, run)))
  return doubts.find((doubt) => doubt !== undefined)
}

async function findDoubtOf(
  asked: MemberView,
  { cluster, memberId, facts }: LearnerRun<string>,
): Promise<string | undefined> {
  const [url] = asked.member.clientUrls
  // A member that joins at the same time answers no one yet.
  if (url === undefined || asked.member.isLearner) return undefined
  const members = await cluster.listMembersAt(url).catch(asSignetError)
  if (members instanceof SignetError) return members.message
  const listed = members.find(({ id }) => id === memberId)
  const isRight =
    listed?.name === facts.own.name && !listed.isLearner && listed.clientUrls.includes(facts.own.clientUrl)
  return isRight ? undefined : `${memberLabel(asked.member)} does not list it as a voting member yet`
}

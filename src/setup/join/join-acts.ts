import type { Act } from '../run/apply-plan.ts'
import { checkAndMeasure } from './check-and-measure.ts'
import type { JoinRun } from './join-run.ts'
import { ensureLearner } from './learner/add-learner.ts'
import { waitUntilCaughtUp } from './learner/catch-up.ts'
import { formatInitialCluster } from './learner/initial-cluster.ts'
import { promoteLearner } from './learner/promote-learner.ts'
import { verifyFromEveryMember } from './learner/verify-member.ts'
import type { JoinStepId } from './plan-join.ts'

/** What each step of `join` does, and how it is undone; the learner is taken out of the cluster before all that (`leaveCluster`). */
export function joinActs(run: JoinRun): Readonly<Record<JoinStepId, Act>> {
  const { signer, member } = run.world
  return {
    'fetch-ca': { run: () => signer.fetchCa(), undo: () => signer.remove('ca') },
    'make-key': { run: () => signer.makeKey(), undo: () => signer.remove('key') },
    'obtain-certificate': { run: () => signer.obtainCertificate(), undo: () => signer.remove('certificate') },
    'check-cluster': { run: () => checkAndMeasure(run) },
    'add-learner': { run: () => ensureLearner(run) },
    'write-configuration': {
      run: async () => member.writeConfiguration(await readInitialCluster(run)),
      // A boot may have started an etcd that this run had only configured.
      undo: async () => {
        await member.removeConfiguration()
        await member.removeData()
      },
    },
    'start-etcd': { run: () => member.start(), undo: () => member.stop() },
    'catch-up': { run: () => waitUntilCaughtUp(run) },
    promote: { run: () => promoteLearner(run) },
    verify: { run: async () => run.rememberVerified(await verifyFromEveryMember(run)) },
    renew: { run: () => signer.renewCertificate(run.verified.members.map(({ member }) => member)) },
    'clean-up': { run: () => member.finish() },
  }
}

async function readInitialCluster(run: JoinRun): Promise<string> {
  return formatInitialCluster(await run.membersToStartWith(), { id: run.memberId, name: run.facts.own.name })
}

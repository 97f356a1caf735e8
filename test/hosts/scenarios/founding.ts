import type { FoundingStep } from '../cluster/founding-steps.ts'
import type { Scenario } from '../runner/scenario.ts'

/** How a cluster comes to be, a step at a time; what each step must bring is in `cluster/`. */
export const founding: readonly Scenario[] = [
  founded(
    'install',
    'the packages install with apt, start nothing that answers, and nobody gets in as the account signer',
  ),
  founded('init', 'first-boot.sh init founds the cluster, tells how to save the CA key, and is gone'),
  founded('runbook', 'a master follows RUNBOOK and README word for word with stock tools'),
  founded('join', 'the command that init printed makes two more hosts members, and no write fails'),
  founded('request', 'masters get their certificates with signet request, at kubeadm’s paths'),
]

function founded(name: FoundingStep, title: string): Scenario {
  return {
    name,
    title,
    run: async ({ cluster }) => {
      await cluster(name)
    },
  }
}

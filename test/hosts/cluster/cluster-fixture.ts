import type { Laboratory } from '../lab/laboratory.ts'
import { bootHosts } from './boot-hosts.ts'
import type { Cluster } from './cluster.ts'
import { type FoundingStep, foundingSteps } from './founding-steps.ts'

/** The cluster that scenarios share: founded step by step, as far as somebody asks for it. */
export class ClusterFixture {
  readonly #lab: Laboratory
  #cluster: Cluster | undefined
  #done = 0

  constructor(lab: Laboratory) {
    this.#lab = lab
  }

  /** The cluster, with this founding step and all before it done. */
  async get(note: (text: string) => void, upTo: FoundingStep = 'request'): Promise<Cluster> {
    this.#cluster ??= await bootHosts(this.#lab)
    const steps = Object.keys(foundingSteps) as FoundingStep[]
    for (const step of steps.slice(this.#done, steps.indexOf(upTo) + 1)) {
      await foundingSteps[step](this.#cluster, note)
      this.#done += 1
    }
    return this.#cluster
  }

  /** Founds a new one when it is asked for next. */
  forget(): void {
    this.#cluster = undefined
    this.#done = 0
  }
}

import type { Cluster } from '../cluster/cluster.ts'
import type { FoundingStep } from '../cluster/founding-steps.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import type { Release } from '../set-up/release.ts'

/** What a scenario works with. */
export interface Stage {
  /** Where further hosts are booted. */
  readonly lab: Laboratory
  /**
   * Three members and two masters; founded when it is first asked for, and anew after a scenario that failed. `upTo` is
   * for the scenarios of the founding itself.
   */
  readonly cluster: (upTo?: FoundingStep) => Promise<Cluster>
  /** A figure worth keeping, shown beside the verdict. */
  readonly note: (text: string) => void
}

/** Something that happens to hosts. It throws where what must come of it does not. */
export interface Scenario {
  /** For the command line. */
  readonly name: string
  /** A sentence about behaviour. */
  readonly title: string
  /** All of them where it is not given. */
  readonly releases?: readonly Release[]
  /** Takes minutes, and what nothing else of the suite does: it runs with `--all` or `--only` alone. */
  readonly isLong?: true
  readonly run: (stage: Stage) => Promise<void>
}

/** What came of a scenario. */
export interface Verdict {
  readonly name: string
  readonly title: string
  readonly release: Release
  readonly seconds: number
  readonly notes: readonly string[]
  /** Absent where all was well. */
  readonly failure: string | undefined
}

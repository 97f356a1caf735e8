import type { HostWorld } from '../host-world.ts'
import { recordNote } from '../run/run-progress.ts'
import { RunningPlan, type RunWorld } from '../run/running-plan.ts'
import type { RecoverFacts, RecoverPlan, RecoverStepId } from './plan-recover.ts'
import type { RecoveryParts } from './recovery-parts.ts'

/** What a recovery touches, and what it is handed. */
export interface RecoverWorld extends RunWorld {
  readonly host: HostWorld
  readonly parts: RecoveryParts
}

/** What the new cluster told of itself. */
export interface NewCluster {
  readonly clusterId: string
  readonly keys: number | undefined
  readonly hashKv: number | undefined
  readonly masterLeases: readonly string[]
}

/**
 * What a run finds out or decides once, and the one that goes on must know: the names of what it made, and what undoing puts back.
 * `store` is `whole` from when the restored data have their place until undoing begins to take them away.
 */
export type RecoverNote = 'marker' | 'source' | 'utc' | 'token' | 'hadData' | 'flags' | 'store' | 'revisionAfter'

/** A recovery under way. */
export class RecoverRun extends RunningPlan<RecoverStepId> {
  readonly facts: RecoverFacts
  readonly host: HostWorld
  readonly parts: RecoveryParts
  created: NewCluster | undefined

  constructor(plan: RecoverPlan, world: RecoverWorld) {
    super(plan, world)
    this.facts = plan.facts
    this.host = world.host
    this.parts = world.parts
  }

  noted(name: RecoverNote): string | undefined {
    return this.progress.notes?.[name]
  }

  note(name: RecoverNote, text: string): Promise<void> {
    return this.record((progress) => recordNote(progress, name, text))
  }

  /** The restored data have their place. No etcd has run on these: one that an earlier run had started, and that was undone, counts no more. */
  noteWhole(): Promise<void> {
    return this.record((progress) => {
      const started = progress.started.filter((id) => id !== 'start' && id !== 'prove')
      return recordNote({ ...progress, started }, 'store', 'whole')
    })
  }

  /** Notes what is decided once: an earlier run's word counts. */
  async noteOnce(name: RecoverNote, text: string): Promise<void> {
    if (this.noted(name) === undefined) await this.note(name, text)
  }
}

import { findOwnMember } from './add-learner.ts'
import type { LearnerRun } from './learner-run.ts'

// Usually over within milliseconds; one look that had no answer lies between.
const patienceMs = 500
/** Entries that a follower may lag behind under load and still be called caught up. */
export const nearEntries = 100n

/**
 * A new member announces its name through Raft and serves no client before it has seen that applied. Where a snapshot that
 * holds the announcement overtakes the log, it misses it and waits out its request time of seven seconds (5 s and two
 * election timeouts), then announces again. etcd 3.6 sends every new member a snapshot, so that most joins would wait.
 * Started again it needs none: it has everything, and no vote that anybody could miss.
 */
export class MissedAnswer {
  readonly #run: LearnerRun<string>
  #sinceMs: number | undefined
  #isCutShort = false

  constructor(run: LearnerRun<string>) {
    this.#run = run
  }

  /** To be called at each look at which the member answers no client. Starts it again, once, where it waits in vain. */
  async cutShort(): Promise<void> {
    const { member, time, listener } = this.#run
    if (this.#isCutShort || !(await this.#hasEverything())) {
      this.#sinceMs = undefined
      return
    }
    this.#sinceMs ??= time.now()
    if (time.now() - this.#sinceMs < patienceMs) return
    this.#isCutShort = true
    listener.waiting('etcd has all data and waits for an answer that it missed; it is started again')
    await member.stop()
    await member.start()
  }

  async #hasEverything(): Promise<boolean> {
    const { cluster, member, facts } = this.#run
    const applied = await member.appliedIndex()
    if (applied === undefined) return false
    const members = await cluster.listMembers().catch(() => [])
    if (findOwnMember(members, this.#run)?.name !== facts.own.name) return false
    // The others alone: this one takes connections already, and lets them wait.
    const others = members.filter(({ isLearner }) => !isLearner).flatMap(({ clientUrls }) => clientUrls.slice(0, 1))
    const answers = await Promise.all(others.map((url) => cluster.readStatus(url).catch(() => undefined)))
    const newest = answers.reduce(
      (max, status) => (status !== undefined && status.raftIndex > max ? status.raftIndex : max),
      0n,
    )
    return newest > 0n && newest - applied <= nearEntries
  }
}

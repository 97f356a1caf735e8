/** A text of a member that does not fit our grammar, quoted; or how many URLs it has, where they are too many. */
export interface UnreadableText {
  readonly kind: 'name' | 'peer URL' | 'client URL' | 'number of URLs'
  readonly quoted: string
}

/** A member of the cluster as etcd lists it: every text in it has passed our grammar. */
export interface Member {
  readonly id: bigint
  /** Empty until the member has started for the first time, and where it does not fit our grammar. */
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly isLearner: boolean
  readonly isStarted: boolean
  /** What was left out of the above since it does not fit our grammar; absent where everything fits. */
  readonly unreadable?: readonly UnreadableText[]
}

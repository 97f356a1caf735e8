/** What to type for a pair, where the commands must be told its place. */
export interface PairCommands {
  /** With `IP` for the signer. */
  readonly request: string
  readonly renew: string
  /** The unit that renews it, as a shell reads it. */
  readonly timer: string
}

/** For a pair at the places where the commands look by themselves. */
export const defaultPairCommands: PairCommands = {
  request: 'signet request --signer-ip=IP',
  renew: 'signet renew',
  timer: 'signet-renew.timer',
}

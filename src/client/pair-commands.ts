/** What to type for a pair, where the commands must be told its place. */
export interface PairCommands {
  /** With `IP` for the signer. */
  readonly request: string
  readonly renew: string
  /** What shows that it is renewed, or does it. */
  readonly renewing: string
}

/** For a pair at the places where the commands look by themselves. */
export const defaultPairCommands: PairCommands = {
  request: 'signet request --signer-ip=IP',
  renew: 'signet renew',
  renewing: 'systemctl status signet-renew.timer',
}

/** One request of one caller, whichever SSH front it came through. */
export interface Call {
  /** The command as the caller sent it: hostile text. Undefined where a shell was asked for. */
  readonly command: string | undefined
  /** The caller's address, canonical. */
  readonly address: string
  /** Standard input, up to one byte more than is allowed. Only words that take input may wait for it. */
  readInput(): Promise<Buffer>
}

/** What the caller gets. */
export interface Answer {
  readonly exitStatus: number
  readonly stdout: string
  readonly stderr: string
}

import type { Clock } from '../../core/clock.ts'
import type { AskSigner } from './ask-signer.ts'
import type { Signer } from './signer.ts'
import { parseSignerStatus, type SignerStatus } from './signer-status.ts'

/** What a signer says of itself, and how its clock compares with this host's. */
export interface ToldStatus {
  readonly status: SignerStatus
  /** How far the signer's clock is ahead of this host's. */
  readonly clockSkewMs: number
}

/** Asks a signer for its status and compares the clocks. */
export async function askStatus(
  signer: Signer,
  { ask, clock }: { readonly ask: AskSigner; readonly clock: Clock },
): Promise<ToldStatus> {
  const beforeMs = clock.now()
  const status = parseSignerStatus(await ask(signer, 'get-status'), signer)
  // The answer was written at some moment between the two readings.
  return { status, clockSkewMs: Math.round(status.timeMs - (beforeMs + clock.now()) / 2) }
}

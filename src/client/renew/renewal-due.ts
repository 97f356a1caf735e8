import type { ClientWorld } from '../client-world.ts'
import { type InstalledPair, readInstalled } from './read-installed.ts'
import { type Attempts, planRenewal, type Validity } from './renewal-window.ts'

// Where there is no certificate of use one is due at once, as for one that expired long ago.
const longExpired: Validity = { notBeforeMs: 0, notAfterMs: 24 * 3600 * 1000 }

/** When the next attempt to renew what is installed is due. */
export function planNextAttemptMs(
  { state, certificate = longExpired }: Pick<InstalledPair, 'state' | 'certificate'>,
  nowMs: number,
): number {
  return planRenewal({ ...state, validity: certificate, nowMs }).nextAttemptMs
}

/**
 * When the next attempt is due, for whoever waits for it: after a failure too. `remembered` counts where the disk could
 * not take what is saved of attempts.
 */
export async function readNextAttemptMs(stateFile: string, world: ClientWorld, remembered?: Attempts): Promise<number> {
  const installed = await readInstalled(stateFile, world)
  const { state } = installed
  const attempts = lastOf(state.attempts, remembered)
  return planNextAttemptMs({ ...installed, state: { ...state, attempts } }, world.clock.now())
}

function lastOf(saved: Attempts | undefined, remembered: Attempts | undefined): Attempts | undefined {
  if (saved === undefined || remembered === undefined) return saved ?? remembered
  return saved.lastAttemptMs < remembered.lastAttemptMs ? remembered : saved
}

/** Whether there is a certificate that has not expired. */
export async function readIsValid(stateFile: string, world: ClientWorld): Promise<boolean> {
  const { certificate = longExpired } = await readInstalled(stateFile, world)
  return certificate.notAfterMs > world.clock.now()
}

import { setTimeout as delay } from 'node:timers/promises'
import { asSignetError } from '../../core/signet-error.ts'
import type { ClientWorld } from '../client-world.ts'
import { type Renewal, type RenewalOptions, renewCertificate } from './renew-certificate.ts'
import { readIsValid } from './renewal-due.ts'

/** How long to go on, by a clock that nobody sets. */
export interface BeforeUse {
  readonly limitMs: number
  readonly now?: () => number
  readonly pause?: () => Promise<unknown>
}

const pauseMs = 1000
const repeatable: ReadonlySet<string> = new Set(['unavailable', 'try-later'])

/**
 * Renews for whoever starts something that needs the certificate. Where it has expired it is asked for whatever failed
 * before, and again until the signer is there: after a power cut all hosts boot at once, the signer not before the others.
 */
export async function renewBeforeUse(
  options: RenewalOptions,
  { limitMs, now = () => performance.now(), pause = () => delay(pauseMs) }: BeforeUse,
  world: ClientWorld,
): Promise<Renewal> {
  if (await readIsValid(options.stateFile, world)) return renewCertificate(options, world)
  const untilMs = now() + limitMs
  for (;;) {
    const renewal = await renewCertificate({ ...options, force: true }, world).catch((error: unknown) => {
      const failure = asSignetError(error)
      if (!repeatable.has(failure.code) || now() >= untilMs) throw failure
    })
    if (renewal !== undefined) return renewal
    await pause()
  }
}

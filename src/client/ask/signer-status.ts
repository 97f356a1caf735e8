import * as v from 'valibot'
import { SignetError } from '../../core/signet-error.ts'
import { parseSignerPolicy, type SignerPolicy } from '../signer-policy.ts'
import { byHand } from './by-hand.ts'
import type { Signer } from './signer.ts'

const time = v.pipe(v.string(), v.isoTimestamp())
const schema = v.object({
  time,
  ca: v.object({ pin: v.pipe(v.string(), v.regex(/^SHA256:[0-9A-F]{64}$/)), notAfter: time }),
  clientLifetimeSeconds: v.pipe(v.number(), v.minValue(0)),
  clockSynchronised: v.optional(v.nullable(v.boolean()), null),
  // Told by newer signers only; what does not fit is read past, for these decide nothing.
  joins: v.optional(v.unknown()),
  policy: v.optional(v.unknown()),
  clusterVersion: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{1,2}\.\d{1,2}$/))), undefined),
})

/** What `get-status` answers, as far as callers need it. */
export interface SignerStatus {
  readonly timeMs: number
  readonly pin: string
  readonly caNotAfterMs: number
  readonly clientLifetimeSeconds: number
  readonly clockSynchronised: boolean | null
  /** `open`, `closed`, or the time until which joins are open; undefined where the signer does not tell. */
  readonly joins?: string | undefined
  /** Undefined where the signer does not tell, or nonsense. */
  readonly policy?: SignerPolicy | undefined
  /** The minor version of etcd that the cluster runs, `3.6`; undefined where the signer does not tell. */
  readonly clusterVersion?: string | undefined
}

/** The status in an answer to `get-status`; fields that a later version adds are read past. Throws `bad-data`. */
export function parseSignerStatus(answer: string, signer: Signer): SignerStatus {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), answer)
  if (!parsed.success) {
    throw new SignetError('bad-data', "the signer's answer to get-status is not a status", {
      hint: `see what answers there: ${byHand(signer, 'get-status')}`,
    })
  }
  const { time, ca, clientLifetimeSeconds, clockSynchronised, clusterVersion } = parsed.output
  const { pin } = ca
  const [timeMs, caNotAfterMs] = [Date.parse(time), Date.parse(ca.notAfter)]
  return {
    ...{ timeMs, pin, caNotAfterMs, clientLifetimeSeconds, clockSynchronised, clusterVersion },
    joins: parseJoins(parsed.output.joins),
    policy: parseSignerPolicy(parsed.output.policy),
  }
}

function parseJoins(told: unknown): string | undefined {
  if (told === 'open' || told === 'closed') return told
  const parsed = v.safeParse(time, told)
  return parsed.success && !Number.isNaN(Date.parse(parsed.output)) ? parsed.output : undefined
}

import type { Finding } from '../../core/finding.ts'
import type { InspectedAuthority } from '../inspect/inspect-authority.ts'
import { failed } from './failed.ts'
import { judgeMasters } from './judge-masters.ts'
import type { Moment } from './pair/judge-expiry.ts'

/** Whether the authority of a signer answers, and how the masters are that it has seen. Pure. */
export function judgeAuthority(authority: InspectedAuthority, moment: Moment): readonly Finding[] {
  if ('failure' in authority) return [failed('authority', authority.failure, 'no certificate is signed')]
  return [
    { check: 'authority', level: 'well', what: 'the authority of this leader answers' },
    ...judgeMasters(authority.masters, { ...moment, journal: authority.config.paths.journal }),
  ]
}

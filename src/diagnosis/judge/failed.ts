import type { Finding } from '../../core/finding.ts'
import type { SignetError } from '../../core/signet-error.ts'

const lookAgain = 'run this again; if it stays: journalctl -u "signet-*" -u etcd'

/** Something that does not work at all, as the failure says. */
export function failed(check: string, { message, hint = lookAgain }: SignetError, why: string): Finding {
  return { check, level: 'broken', what: message, why, fix: hint }
}

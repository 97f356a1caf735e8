import type { SshdSettings } from './parse-sshd-settings.ts'
import type { SshdProbe } from './plan-sshd-probes.ts'
import { sshdDropInFile } from './sshd-drop-in.ts'

/** What sshd has in force for one caller. */
export interface SshdAnswer {
  readonly probe: SshdProbe
  readonly settings: SshdSettings
}

/** What makes a change of sshd's configuration, and of what it is judged by, count. */
export const readAgain = 'systemctl reload ssh && signet signer-account'

/** How an administrator finds the line that goes before ours: the first one counts, by the order of reading. */
export function overruled(keyword: string): string {
  // Of MaxStartups alone the last one counts (measured: 9.2, 10.0).
  const where = keyword === 'MaxStartups' ? 'go' : `leave signer out, or come after ${sshdDropInFile}`
  const files = '/etc/ssh/sshd_config /etc/ssh/sshd_config.d'
  const find = `grep -rinE '^[[:space:]]*(${keyword}|Match|Include)' ${files}`
  return `find the line: ${find}; let it ${where}; then: ${readAgain}`
}

/** Whom a finding is about. */
export function describeCaller({ address, isInside }: SshdProbe): string {
  return `the account signer from ${address}, ${isInside ? 'inside' : 'outside'} the control-plane networks`
}

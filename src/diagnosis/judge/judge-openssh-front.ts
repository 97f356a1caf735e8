import { type Finding, well } from '../../core/finding.ts'
import { judgeFront } from '../../openssh/judge-front.ts'
import type { InspectedFront } from '../inspect/inspect-front.ts'

/** Whether callers that come through sshd get in, and nobody else does. Pure. */
export function judgeOpensshFront(front: InspectedFront): readonly Finding[] {
  if ('failure' in front) {
    const { message, hint = 'run this as root' } = front.failure
    const what = `the account signer was not looked at: ${message}`
    return [{ check: 'signer-account', level: 'unknown', what, fix: hint }]
  }
  const problems = judgeFront(front)
  if (problems.length > 0) return problems.map(({ locks: _, ...finding }) => finding)
  if (front.config?.endpoint.front === 'embedded') return []
  const what = 'the account signer lets callers in through sshd from the control-plane networks, and nobody else'
  return [well('signer-account', what)]
}

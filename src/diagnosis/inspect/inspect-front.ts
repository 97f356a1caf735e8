import type { Finding } from '../../core/finding.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { judgeFront } from '../../openssh/judge-front.ts'
import { type FrontPorts, readFront } from '../../openssh/read-front.ts'
import type { InspectedHost } from '../inspect-host.ts'

/** On the signer: whether callers that come through sshd get in, and nobody else does. Changes nothing. */
export async function checkOpensshFront({ leader }: InspectedHost, ports: FrontPorts): Promise<readonly Finding[]> {
  if (leader?.config === undefined) return []
  try {
    const problems = judgeFront(await readFront(leader.config, ports))
    if (problems.length > 0) return problems.map(({ locks: _, ...finding }) => finding)
  } catch (error) {
    const { message, hint = 'run this as root' } = asSignetError(error)
    const what = `the account signer was not looked at: ${message}`
    return [{ check: 'signer-account', level: 'unknown', what, fix: hint }]
  }
  if (leader.config.endpoint.front === 'embedded') return []
  const what = 'the account signer lets callers in through sshd from the control-plane networks, and nobody else'
  return [{ check: 'signer-account', level: 'well', what }]
}

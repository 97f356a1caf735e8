import { type Finding, well } from '../../core/finding.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { isMasterName, nameForm } from '../../protocol/names.ts'

/** Whether the name of a host, or the one that its certificate was requested with, has a master's form. Pure. */
export function judgeHostName(hostName: string, requestedName: string | undefined): Finding {
  if (requestedName !== undefined) {
    if (requestedName === hostName) return well('host-name', `the host is called ${hostName}, as in its certificate`)
    const what = `the certificate is for ${requestedName}, while the host is called ${quoteUntrusted(hostName)}`
    return { check: 'host-name', level: 'note', what, why: 'scripts that ask with "$HOSTNAME" ask for another name' }
  }
  if (isMasterName(hostName)) return well('host-name', `the host name ${hostName} is a master's`)
  return {
    check: 'host-name',
    level: 'attention',
    what: `the host name ${quoteUntrusted(hostName)} is not kubemaster-<id>, where <id> is ${nameForm}`,
    why: 'the signer gives certificates of masters to such names only',
    fix: 'hostnamectl set-hostname kubemaster-ID; or: signet request --signer-ip=IP --name=kubemaster-ID',
  }
}

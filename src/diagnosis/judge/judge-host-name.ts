import { printableHolder } from '../../client/renew/plan-renewal-key.ts'
import { type Finding, well } from '../../core/finding.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { isMasterName, nameForm } from '../../protocol/names.ts'

/** What is known of a master's names beside that of the host. */
interface MasterNames {
  /** Undefined where nothing was requested here. */
  readonly requested: string | undefined
  /** In the certificate that is installed. */
  readonly certified: string | undefined
}

/** Whether the name of a host, or the one that its certificate was requested with, has a master's form. Pure. */
export function judgeHostName(
  hostName: string,
  { requested: requestedName, certified }: MasterNames,
  request: string,
): Finding {
  if (requestedName !== undefined) {
    if (requestedName === hostName) return well('host-name', `the host is called ${hostName}, as in its certificate`)
    const what = `the certificate is for ${requestedName}, while the host is called ${quoteUntrusted(hostName)}`
    return { check: 'host-name', level: 'note', what, why: 'scripts that ask with "$HOSTNAME" ask for another name' }
  }
  if (isMasterName(hostName) && certified !== undefined && certified !== hostName) {
    return unrequested(hostName, certified, request)
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

// As kubeadm join leaves a master that never asked for a certificate of its own. A request makes a key where the name differs.
function unrequested(hostName: string, certified: string, request: string): Finding {
  return {
    check: 'host-name',
    level: 'attention',
    what: `the host is called ${hostName}, its certificate is for ${printableHolder({ subjectCommonName: certified })}, and none was requested here`,
    why: 'kubeadm join copies the key of another master; two hosts with one key cannot be told apart',
    fix: request,
  }
}

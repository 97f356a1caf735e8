import type { Finding } from '../../core/finding.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import type { InspectedHost } from '../inspect-host.ts'
import { judgePeerPort } from '../judge/judge-peer-port.ts'
import { obtainProbe, type ProbeCredential, probePeerPort } from './probe-peer-port.ts'

/** Whether every member's peer port is closed to client certificates. Only the leader can make one without SAN. */
export async function checkPeerPorts({ leader, cluster, pairs }: InspectedHost): Promise<readonly Finding[]> {
  if (leader === undefined) return [notDone('only the leader can try it')]
  if ('failure' in leader) return [notDone('the authority does not answer')]
  const caPem = pairs.find(({ pair }) => pair.ca.content !== undefined)?.pair.ca.file?.text
  if (cluster === undefined || !('view' in cluster) || caPem === undefined)
    return [notDone('the members are not known')]
  try {
    const credential = await obtainFromAuthority(leader.config.paths.authoritySocket, caPem)
    const members = cluster.view.members.filter(({ member }) => member.isStarted)
    return await Promise.all(members.flatMap(({ member }) => probesOf(member, credential)))
  } catch (error) {
    return [notDone(asSignetError(error).message)]
  }
}

function probesOf(
  { peerUrls, clientUrls }: { readonly peerUrls: readonly string[]; readonly clientUrls: readonly string[] },
  credential: ProbeCredential,
): readonly Promise<Finding>[] {
  const [clientUrl = ''] = clientUrls
  return peerUrls.map(async (peerUrl) => judgePeerPort(await probePeerPort({ peerUrl, clientUrl }, credential)))
}

function obtainFromAuthority(socketPath: string, caPem: string): Promise<ProbeCredential> {
  return askAuthority({ socketPath, deadlineMs: 5000 }, (authority) =>
    obtainProbe((csr) => authority.sign({ ask: 'probe', csr }), caPem),
  )
}

function notDone(reason: string): Finding {
  return {
    check: 'peer-port',
    level: 'unknown',
    what: `whether peer ports are closed to clients was not tried: ${reason}`,
  }
}

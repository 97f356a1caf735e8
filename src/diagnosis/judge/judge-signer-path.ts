import type { Signer } from '../../client/ask/signer.ts'
import { type Finding, well } from '../../core/finding.ts'
import { formatHostPort } from '../../core/ip-address.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import type { InspectedSignerPath, SignerAddress } from '../inspect/inspect-signer-path.ts'
import type { ShownHost } from '../inspected-host.ts'

/** Whether the signer's name and its TCP port are reached, below ssh. Pure. */
export function judgeSignerPath(
  { signer, address, name, tcp }: InspectedSignerPath,
  { authority }: Pick<ShownHost, 'authority'>,
): readonly Finding[] {
  if (signer === undefined) return authority === undefined ? [notNamed] : []
  if (address === undefined) return [notTold(signer)]
  if (tcp === undefined) return [judgeName(address, name), notTried]
  return [judgeName(address, name), judgeTcp(address, tcp)]
}

const notNamed: Finding = {
  check: 'signer-tcp',
  level: 'unknown',
  what: 'no signer is known here, so that the path to it was not tried',
  fix: 'name it: signet doctor --signer-ip=IP',
}

const notTried: Finding = {
  check: 'signer-tcp',
  level: 'unknown',
  what: 'the port of the signer was not tried: its name does not resolve',
}

function notTold({ address, sshConfigFile }: Signer): Finding {
  const option = sshConfigFile === undefined ? '' : `-F ${quoteShell(sshConfigFile)} `
  return {
    check: 'signer-name',
    level: 'unknown',
    what: `ssh does not tell where ${address} is`,
    fix: `see what ssh says of it: ssh -G ${option}${quoteShell(address)}`,
  }
}

function judgeName({ host }: SignerAddress, name: InspectedSignerPath['name']): Finding {
  if (name === 'is an address') return well('signer-name', `the signer is known by its address ${host}`)
  if (name === 'resolves') return well('signer-name', `the name ${host} of the signer resolves`)
  return {
    check: 'signer-name',
    level: 'attention',
    what: `the name ${host} of the signer does not resolve`,
    why: 'nothing can be renewed; and name servers may need this very cluster',
    fix: `getent hosts ${quoteShell(host)}; better: signet request --signer-ip=IP`,
  }
}

function judgeTcp({ host, port }: SignerAddress, tcp: string): Finding {
  const place = formatHostPort(host, port)
  if (tcp === 'open') return well('signer-tcp', `TCP to ${place} works`)
  const isRefused = tcp === 'ECONNREFUSED'
  return {
    check: 'signer-tcp',
    level: 'attention',
    what: `TCP to ${place} fails: ${tcp}`,
    why: isRefused ? 'the host is there, and nothing listens' : 'a firewall, a wrong route, or the host is down',
    fix: isRefused
      ? 'on the signer: systemctl status ssh signet-endpoint'
      : `see the route and the firewalls: ip route; then: ssh -v -p ${port} ${quoteShell(`signer@${host}`)} get-status`,
  }
}

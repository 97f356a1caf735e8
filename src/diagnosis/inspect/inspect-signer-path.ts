import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Signer } from '../../client/ask/signer.ts'
import type { Finding } from '../../core/finding.ts'
import { formatHostPort } from '../../core/ip-address.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { openTcp } from '../../host/net/open-tcp.ts'
import { runProgram } from '../../host/programs/run-program.ts'
import { systemErrorCode } from '../../host/system-error.ts'

/** Where ssh goes for a signer, once its configuration was read. */
export interface SignerAddress {
  readonly host: string
  readonly port: number
}

/** What of the network the path to a signer is tried with; a test puts another in its place. */
export interface SignerPathPorts {
  readonly resolveAddress: (signer: Signer) => Promise<SignerAddress>
  /** Rejects where the name does not resolve. */
  readonly lookUp: (host: string) => Promise<unknown>
  /** Resolves once a TCP connection is open. */
  readonly connectTcp: (address: SignerAddress) => Promise<unknown>
}

/** The path to a signer below ssh, step by step: its name, and its TCP port. Stops at the first step that fails. */
export async function checkSignerPath(signer: Signer, ports: SignerPathPorts): Promise<readonly Finding[]> {
  let address: SignerAddress
  try {
    address = await ports.resolveAddress(signer)
  } catch {
    return [
      unknown(
        'signer-name',
        `ssh does not tell where ${signer.address} is`,
        `see what ssh says of it: ssh -G ${optionOf(signer)}${quoteShell(signer.address)}`,
      ),
    ]
  }
  const name = await checkName(address, ports)
  if (name.level === 'attention')
    return [name, unknown('signer-tcp', 'the port of the signer was not tried: its name does not resolve')]
  return [name, await checkTcp(address, ports)]
}

function optionOf({ sshConfigFile }: Signer): string {
  return sshConfigFile === undefined ? '' : `-F ${quoteShell(sshConfigFile)} `
}

async function checkName({ host }: SignerAddress, { lookUp }: SignerPathPorts): Promise<Finding> {
  if (isIP(host) !== 0)
    return { check: 'signer-name', level: 'well', what: `the signer is known by its address ${host}` }
  try {
    await lookUp(host)
    return { check: 'signer-name', level: 'well', what: `the name ${host} of the signer resolves` }
  } catch {
    const why = 'nothing can be renewed; and name servers may need this very cluster'
    const fix = `getent hosts ${quoteShell(host)}; better: signet request --signer-ip=IP`
    return {
      check: 'signer-name',
      level: 'attention',
      what: `the name ${host} of the signer does not resolve`,
      why,
      fix,
    }
  }
}

async function checkTcp(address: SignerAddress, { connectTcp }: SignerPathPorts): Promise<Finding> {
  const place = formatHostPort(address.host, address.port)
  try {
    await connectTcp(address)
    return { check: 'signer-tcp', level: 'well', what: `TCP to ${place} works` }
  } catch (error) {
    const code = systemErrorCode(error) ?? 'no answer'
    const isRefused = code === 'ECONNREFUSED'
    const why = isRefused ? 'the host is there, and nothing listens' : 'a firewall, a wrong route, or the host is down'
    const fix = isRefused
      ? 'on the leader: systemctl status ssh signet-endpoint'
      : `see the route and the firewalls: ip route; then: ssh -v -p ${address.port} ${quoteShell(`signer@${address.host}`)} get-status`
    return { check: 'signer-tcp', level: 'attention', what: `TCP to ${place} fails: ${code}`, why, fix }
  }
}

function unknown(check: string, what: string, fix?: string): Finding {
  return { check, level: 'unknown', what, ...(fix === undefined ? {} : { fix }) }
}

/** The network of this host. */
export const systemSignerPath: SignerPathPorts = {
  resolveAddress: resolveSshAddress,
  lookUp: (host) => lookup(host),
  connectTcp: openTcp,
}

// A host of an ssh configuration is an alias; ssh itself knows best where it leads.
async function resolveSshAddress({ address, port, sshConfigFile }: Signer): Promise<SignerAddress> {
  if (sshConfigFile === undefined) return { host: address, port: port ?? 22 }
  const text = await runProgram('ssh', ['-G', '-F', sshConfigFile, '--', address])
  const host = /^hostname (\S+)$/m.exec(text)?.[1]
  const configured = /^port ([0-9]+)$/m.exec(text)?.[1]
  if (host === undefined || configured === undefined) throw new Error('ssh -G tells neither host nor port')
  return { host, port: port ?? Number(configured) }
}

import type { FailureCode } from '../../core/failure-code.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { byHand } from './by-hand.ts'
import type { Signer } from './signer.ts'

/** Why ssh itself ended with 255, by what it says. */
interface SshCause {
  readonly said: RegExp
  /** Follows the signer's name; of what is wrong on this host a sentence of its own. */
  readonly what: string
  readonly code: Extract<FailureCode, 'unavailable' | 'configuration'>
  /** What to type; `request` is the command to ask anew with. */
  readonly hint: (signer: Signer, request: string) => string
}

/** What is said of a host that sshd does not let in. */
export const shutOut = 'does not let this host in'

/**
 * What stock ssh says (OpenSSH 9.2 and 10.0), the most telling first. What is wrong on this host stands before what is wrong
 * between the hosts: an ssh that has not even tried says nothing of the network.
 */
export const sshCauses: readonly SshCause[] = [
  {
    said: /Can't open user config file|Bad owner or permissions on|bad configuration option|Bad configuration option/i,
    what: 'ssh does not accept its configuration',
    code: 'configuration',
    hint: (signer) => `see what is wrong with it: ${settingsOf(signer)}`,
  },
  {
    // The second where that host allows fewer tries than ssh makes, as hardened ones do (MaxAuthTries).
    said: /Permission denied|Too many authentication failures/,
    what: shutOut,
    code: 'unavailable',
    hint: (signer) =>
      `the address that it sees must be on the control-plane network of its signet.yaml; where it is, type there: signet doctor; by hand: ${byHand(signer, 'get-status')}`,
  },
  {
    said: /Connection refused/,
    what: 'refuses the connection',
    code: 'unavailable',
    hint: (signer) =>
      `see whether it is the signer, and whether sshd or signet-endpoint runs there; by hand: ${byHand(signer, 'get-status')}`,
  },
  {
    said: /resolve hostname/,
    what: 'has a name that is not known here',
    code: 'unavailable',
    hint: ({ address }, request) => `see: getent hosts ${quoteShell(address)}; or give its IP address: ${request}`,
  },
  {
    said: /Connection timed out|No route to host|Network is unreachable/,
    what: 'cannot be reached',
    code: 'unavailable',
    hint: (signer) => `see the route and firewalls; by hand: ${byHand(signer, 'get-status')}`,
  },
  {
    said: /Cannot assign|bind/i,
    what: 'cannot be called from that address',
    code: 'unavailable',
    hint: (_, request) => `see the addresses of this host: ip addr; then: ${request} --bind=ADDRESS`,
  },
  {
    said: /Host key verification failed/,
    what: 'has a host key that is not known',
    code: 'unavailable',
    hint: () => 'compare it, on the signer: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
  },
  {
    // OpenSSH 10 says nothing at all where the other side is no SSH server.
    said: /^\s*$|Unable to negotiate|kex_exchange|Connection (closed|reset)|too many connections/,
    what: 'broke off',
    code: 'unavailable',
    hint: (signer) =>
      `try again; it may have too many callers at once, or may not be an SSH server; by hand: ${byHand(signer, 'get-status')}`,
  },
]

// ssh -G reads the configuration, says what is wrong with it, and calls nobody.
function settingsOf({ address, sshConfigFile }: Signer): string {
  return `ssh -G -F ${quoteShell(sshConfigFile ?? 'none')} ${quoteShell(address)}`
}

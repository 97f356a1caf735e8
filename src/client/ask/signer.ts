import { isIPv6 } from 'node:net'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'

/**
 * `strict` accepts known host keys alone; `remember` also a first one, which it writes down; `report` also a changed
 * one, which it reports.
 */
export type HostKeyPolicy = 'strict' | 'remember' | 'report'

/** Where a signer is and how to get there by ssh. */
export interface Signer {
  /** An IP address, a host name, or a host of `sshConfigFile`. */
  readonly address: string
  readonly port?: number | undefined
  /** Instead of the settings of this host and account, which are not read. */
  readonly sshConfigFile?: string | undefined
  /** The address of this host to call from. */
  readonly bindAddress?: string | undefined
  /** Signet's own, not that of the account. */
  readonly knownHostsFile: string
  readonly hostKeyPolicy: HostKeyPolicy
}

const hostPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9.])?$/

/** Whether ssh can take text for nothing else than a host. */
export function isHost(text: string): boolean {
  return hostPattern.test(text) || isIPv6(text)
}

/** Refuses what ssh could take for something else than a host: `-oProxyCommand=…` (CVE-2017-1000117), `a@b`. */
export function requireHost(text: string): string {
  if (isHost(text)) return text
  throw new SignetError('usage', `${quoteUntrusted(text)} is neither an address nor a host name`, {
    hint: 'give the signer as an IP address, for instance 192.0.2.11',
  })
}

import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { isMasterName, isMemberName, nameForm } from '../../protocol/names.ts'

/** Whose certificate it is: a master's, or a member's at an address. */
export interface CertificateSubject {
  readonly kind: 'client' | 'member'
  readonly name: string
  /** A member's. */
  readonly address?: string | undefined
}

/** The subject with its address in canonical form. Throws `usage`. */
export function parseSubject({ kind, name, address }: CertificateSubject): CertificateSubject {
  const form = kind === 'client' ? 'kubemaster-<id>' : 'etcd-<id>'
  if (!(kind === 'client' ? isMasterName(name) : isMemberName(name))) {
    throw new SignetError('usage', `the name ${quoteUntrusted(name)} is not ${form}`, {
      hint: `give it with --name=${form}, where <id> is ${nameForm}`,
    })
  }
  if (kind === 'client') return { kind, name }
  const canonical = parseIpAddress(address ?? '')
  if (canonical !== undefined) return { kind, name, address: canonical }
  throw new SignetError('usage', `${name} lacks the member's own IP address`, {
    hint: 'give the address that the signer sees',
  })
}

/** The word with which its certificate is asked for. */
export function formatWord({ name, address }: CertificateSubject): string {
  return address === undefined ? name : `${name}=${address}`
}

import { type Finding, well } from '../../core/finding.ts'
import type { InspectedPair } from '../inspect/inspect-pair.ts'

/** Whether this host still has the address that a member's certificate names. Pure. */
export function judgeAddress(
  { kind, certificate }: InspectedPair,
  ownAddresses: readonly string[],
): readonly Finding[] {
  if (kind !== 'member' || certificate.content === undefined) return []
  const named = certificate.content.ipAddresses.filter((address) => address !== '127.0.0.1' && address !== '::1')
  if (named.length === 0 || named.some((address) => isOwn(address, ownAddresses))) {
    const what =
      named.length === 0
        ? 'the certificate names no address but the loopback ones'
        : `this host has the address ${named.join(', ')} of its certificate`
    return [well('address', what)]
  }
  return [
    {
      check: 'address',
      level: 'broken',
      what: `this host has no longer the address ${named.join(', ')} of its certificate`,
      why: 'other members and clients connect to the old address, and the signer renews from it only',
      fix: 'give the host its old address back; or replace this member: see "Replace a member" in docs/OPERATIONS.md',
    },
  ]
}

// All of 127.0.0.0/8 belongs to the loopback interface, which lists one address.
function isOwn(address: string, ownAddresses: readonly string[]): boolean {
  return address.startsWith('127.') || ownAddresses.includes(address)
}

import type { Finding } from '../../../core/finding.ts'
import type { HostPair } from '../../inspect/inspect-pairs.ts'
import type { ShownHost } from '../../inspected-host.ts'
import { judgeExpiry } from './judge-expiry.ts'
import { judgeFiles } from './judge-files.ts'
import { judgePair } from './judge-pair.ts'

/** Whether a host has a certificate at all, how each pair is, and whether it can be renewed. Pure. */
export function judgePairs(
  pairs: readonly HostPair[],
  { authority, request, nowMs }: Pick<ShownHost, 'authority' | 'request' | 'nowMs'>,
  atMs: number,
): readonly Finding[] {
  const isSigner = authority !== undefined
  if (pairs.length === 0) return isSigner ? [] : [nothingHere(request)]
  return [
    ...pairs.flatMap(({ pair, state, owners }) => [
      ...judgeFiles(pair, owners),
      ...judgePair(pair, state?.name),
      ...judgeExpiry(pair, { nowMs, atMs }),
    ]),
    // The signer renews from its own authority and needs no saved signer.
    ...pairs.filter(({ pair }) => !isSigner || pair.kind === 'client').flatMap(judgeRenewal),
  ]
}

function nothingHere(request: string): Finding {
  return {
    check: 'certificate',
    level: 'broken',
    what: 'this host has no certificate of a master or a member',
    why: 'without one it cannot talk to etcd',
    fix: `where it was given one, name its place with --dir=DIR; else, on a master: ${request}`,
  }
}

function judgeRenewal({ pair, stateFailure }: HostPair): readonly Finding[] {
  if (stateFailure === undefined) return []
  const { request, renewing } = pair.commands
  const { message, hint = request } = stateFailure
  const fix = pair.kind === 'client' ? hint : renewing
  return [{ check: 'renewal', level: 'attention', what: message, why: 'the certificate cannot be renewed', fix }]
}

import { defaultPairCommands, freshCaCommand } from '../client/pair/pair-commands.ts'
import type { Finding } from '../core/finding.ts'
import type { SignetError } from '../core/signet-error.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { Certificate } from '../x509/parse-certificate.ts'
import type { InspectedHost } from './inspect-host.ts'
import { judgeClock } from './judge/judge-clock.ts'
import { judgeCluster } from './judge/judge-cluster.ts'
import { judgeMasters } from './judge/judge-masters.ts'
import { judgeSigner } from './judge/judge-signer.ts'
import { judgeExpiry } from './judge/pair/judge-expiry.ts'
import { judgeFiles } from './judge/pair/judge-files.ts'
import { judgePair } from './judge/pair/judge-pair.ts'

/** What `status` and `doctor` both tell of a host, at a moment that may be later than now. Pure. */
export function judgeHost(host: InspectedHost, atMs = host.nowMs): readonly Finding[] {
  const { nowMs, pairs, signer, cluster, leader, isClockSynchronised } = host
  return [
    ...judgePresence(host),
    ...pairs.flatMap(({ pair, owners }) => [
      ...judgeFiles(pair, owners),
      ...judgePair(pair),
      ...judgeExpiry(pair, { nowMs, atMs }),
    ]),
    ...judgeRenewing(host),
    judgeClock(isClockSynchronised),
    ...(signer === undefined ? [] : judgeSigner(signer, installedPins(host), freshCaOf(host))),
    ...(cluster === undefined ? [] : judgeReached(cluster)),
    ...(leader === undefined ? [] : judgeLeader(leader, { nowMs, atMs })),
  ]
}

/** The CAs that are trusted here, the first one of the file first. */
export function installedCas({ pairs }: Pick<InspectedHost, 'pairs'>): readonly Certificate[] {
  return pairs.map(({ pair }) => pair.ca.content).find((content) => content !== undefined) ?? []
}

function installedPins(host: Pick<InspectedHost, 'pairs'>): readonly string[] {
  return installedCas(host).map(({ der }) => certificatePin(der))
}

// A member has its CA from a join, and requests none.
function freshCaOf({ pairs }: InspectedHost): string | undefined {
  const client = pairs.find(({ pair }) => pair.kind === 'client')?.pair
  return client === undefined ? undefined : freshCaCommand(client.ca.path, client.commands)
}

function judgePresence({ pairs, leader, request = defaultPairCommands.request }: InspectedHost): readonly Finding[] {
  if (pairs.length > 0 || leader !== undefined) return []
  return [
    {
      check: 'certificate',
      level: 'broken',
      what: 'this host has no certificate of a master or a member',
      why: 'without one it cannot talk to etcd',
      fix: `where it was given one, name its place with --dir=DIR; else, on a master: ${request}`,
    },
  ]
}

// The leader renews from its own authority and needs no saved signer.
function judgeRenewing({ pairs, leader }: InspectedHost): readonly Finding[] {
  return pairs.flatMap(({ pair, state, stateProblem, stateRemedy }) => {
    if (state !== undefined || (leader !== undefined && pair.kind === 'member')) return []
    const { request, renewing } = pair.commands
    const fix = pair.kind === 'client' ? (stateRemedy ?? request) : renewing
    const what = stateProblem ?? `nothing is known of how to renew ${pair.certificate.path}`
    return [{ check: 'renewal', level: 'attention', what, why: 'the certificate cannot be renewed', fix }]
  })
}

function judgeReached(cluster: NonNullable<InspectedHost['cluster']>): readonly Finding[] {
  if ('view' in cluster) {
    const count = cluster.view.members.length
    const what = `etcd answers with the certificate of this host, ${count} ${count === 1 ? 'member' : 'members'}`
    return [{ check: 'etcd', level: 'well', what }, ...judgeCluster(cluster.view)]
  }
  if (cluster.endpoints.length === 0) {
    const fix = 'name a signer that knows them: signet doctor --signer-ip=IP'
    return [{ check: 'etcd', level: 'unknown', what: 'etcd was not asked: no member is known here', fix }]
  }
  return [failed('etcd', cluster.failure, 'Kubernetes keeps all its state in etcd')]
}

function judgeLeader(
  leader: NonNullable<InspectedHost['leader']>,
  moment: { readonly nowMs: number; readonly atMs: number },
): readonly Finding[] {
  if ('failure' in leader) return [failed('authority', leader.failure, 'no certificate is signed')]
  return [
    { check: 'authority', level: 'well', what: 'the authority of this leader answers' },
    ...judgeMasters(leader.masters, { ...moment, journal: leader.config.paths.journal }),
  ]
}

function failed(check: string, { message, hint = lookAgain }: SignetError, why: string): Finding {
  return { check, level: 'broken', what: message, why, fix: hint }
}

const lookAgain = 'run this again; if it stays: journalctl -u "signet-*" -u etcd'

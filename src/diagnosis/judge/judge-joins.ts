import { votersOf } from '../../cluster/cluster-view.ts'
import { memberAddresses } from '../../cluster/member-addresses.ts'
import { isOfName, type MemberPair } from '../../cluster/member-pair.ts'
import { type Finding, well } from '../../core/finding.ts'
import { areJoinsOpen } from '../../core/joins-window.ts'
import type { Member } from '../../etcd/member.ts'
import type { AuthorityMembers } from '../../protocol/authority-message.ts'
import { describeJoins } from '../describe-joins.ts'
import type { InspectedJoins } from '../inspect/inspect-joins.ts'
import type { ShownHost } from '../inspected-host.ts'

/** From how many voting members on a cluster has all that it needs. */
const wholeCluster = 3

/** Whether anybody can become a member, and on the signer whether all agree who is one. Pure. */
export function judgeJoins(
  { setting, members }: InspectedJoins,
  { nowMs, cluster, authority, isSandbox }: Pick<ShownHost, 'nowMs' | 'cluster' | 'authority' | 'isSandbox'>,
): readonly Finding[] {
  const view = cluster !== undefined && 'view' in cluster ? cluster.view : undefined
  const voters = view === undefined ? 0 : votersOf(view).length
  const state = judgeState(setting, { nowMs, voters, isSigner: authority !== undefined, isSandbox })
  if (view === undefined || members === undefined) return [state]
  const listed = view.members.map(({ member }) => member)
  return [state, ...judgeNames(members, listed, areJoinsOpen(setting, nowMs))]
}

interface Situation {
  readonly nowMs: number
  readonly voters: number
  readonly isSigner: boolean
  /** A sandbox ends before anybody closes its joins. */
  readonly isSandbox: boolean
}

function judgeState(joins: string, { nowMs, voters, isSigner, isSandbox }: Situation): Finding {
  const what = describeJoins(joins, nowMs)
  if (!areJoinsOpen(joins, nowMs)) return well('joins', what)
  if (voters < wholeCluster || isSandbox) return { check: 'joins', level: 'note', what }
  return {
    check: 'joins',
    level: 'attention',
    what: `${what}, and ${voters} members vote already`,
    why: 'any host of the control-plane network can get the certificate of a member, and with it all of etcd',
    fix: `${isSigner ? '' : 'on the signer: '}signet joins close`,
  }
}

/** Where the journal, `signet.yaml` and etcd's list do not agree. */
function judgeNames(known: AuthorityMembers, listed: readonly Member[], areOpen: boolean): readonly Finding[] {
  const { configured, holders, reserved } = known
  return [
    ...holders.flatMap((pair) => judgeListing(pair, 'the journal has', listed)),
    ...configured.flatMap((pair) => judgeListing(pair, 'signet.yaml has', listed)),
    ...reserved.filter(({ name }) => !listed.some(isOfName(name))).map(judgeReserved),
    ...(areOpen
      ? []
      : listed
          .filter(isStartedVoter)
          .filter((member) => !isConfigured(member, configured))
          .map(judgeLeftOut)),
  ]
}

function judgeListing({ name, address }: MemberPair, source: string, listed: readonly Member[]): readonly Finding[] {
  const members = listed.filter(isOfName(name))
  if (members.some((member) => memberAddresses(member).includes(address))) return []
  const fix = `if ${address} is gone: signet joins release ${name}; else: signet member list`
  if (members.length === 0) {
    const what = `${source} ${name} at ${address}, which etcd does not list`
    return [{ check: 'member-name', level: 'note', what, fix }]
  }
  const elsewhere = members.flatMap(memberAddresses).join(', ')
  return [
    {
      check: 'member-name',
      level: 'attention',
      what: `${source} ${name} at ${address}, and etcd lists it at ${elsewhere || 'no address'}`,
      why: 'one of the two is wrong: a member that moved, or somebody who edited the list of etcd to take the name',
      fix,
    },
  ]
}

function judgeReserved({ name, address, until }: AuthorityMembers['reserved'][number]): Finding {
  const what = `${name} is kept for ${address} until ${until}: that host asked to join, and is no member yet`
  return { check: 'member-name', level: 'note', what }
}

function judgeLeftOut({ name }: Member): Finding {
  return {
    check: 'member-name',
    level: 'attention',
    what: `joins are closed, and signet.yaml does not list ${name} as etcd does`,
    why: 'its certificate is not renewed',
    fix: 'if it is a member of yours: signet joins close; else: signet member list',
  }
}

function isStartedVoter({ isStarted, isLearner }: Member): boolean {
  return isStarted && !isLearner
}

function isConfigured(member: Member, configured: readonly MemberPair[]): boolean {
  return configured.filter(isOfName(member.name)).some(({ address }) => memberAddresses(member).includes(address))
}

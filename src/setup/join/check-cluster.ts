import { alarmsOf } from '../../cluster/cluster-alarm.ts'
import {
  type ClusterView,
  describeFault,
  formatMemberId,
  hasQuorum,
  isHealthy,
  largestDatabaseBytes,
  type MemberView,
  memberLabel,
} from '../../cluster/cluster-view.ts'
import { formatBytes } from '../../core/byte-count.ts'
import { foldName } from '../../core/member-name.ts'
import { SignetError } from '../../core/signet-error.ts'
import { refuseUnreadable } from '../../etcd/unreadable-member.ts'
import type { OwnMember } from '../member/own-member.ts'
import { checkDisk } from '../run/check-host.ts'
import type { HostFacts } from '../run/host-facts.ts'
import { checkVersion } from './check-version.ts'

/** Refuses to let this host join the cluster as it is now; with no learner of ours and with it alike. */
export function checkCluster(view: ClusterView, facts: HostFacts): void {
  // Before anything is added: the joiner has to name every member.
  refuseUnreadable(view.members.map(({ member }) => member))
  checkIdentity(view, facts)
  checkVersion(
    facts.own.etcdVersion,
    view.members.flatMap(({ status }) => status?.version ?? []),
  )
  checkAlarms(view)
  checkHealth(view, facts.own)
  checkNoOtherLearner(view, facts.own)
  checkDisk(facts, largestDatabaseBytes(view))
  checkQuota(facts.own, largestDatabaseBytes(view))
}

/** The member that the cluster has at this host's peer URL. */
function findOwn(view: ClusterView, { peerUrl }: OwnMember): MemberView | undefined {
  return view.members.find(({ member }) => member.peerUrls.includes(peerUrl))
}

/** A learner of another host: etcd takes one at a time, so it must be through first. */
export function findOtherLearner(view: ClusterView, { peerUrl }: OwnMember): MemberView | undefined {
  return view.members.find(({ member }) => member.isLearner && !member.peerUrls.includes(peerUrl))
}

function checkIdentity(view: ClusterView, { own, progress }: HostFacts): void {
  const sameName = view.members.find(({ member }) => foldName(member.name) === foldName(own.name))
  if (sameName !== undefined && !sameName.member.peerUrls.includes(own.peerUrl)) {
    throw new SignetError(
      'refused',
      `the name ${own.name} belongs to the member at ${sameName.member.peerUrls.join()}`,
      {
        hint: `give this host another name, or take that member out: signet member remove ${own.name}`,
      },
    )
  }
  const found = findOwn(view, own)?.member
  if (found === undefined) return
  if (found.name !== '' && found.name !== own.name) {
    throw new SignetError('refused', `the peer URL ${own.peerUrl} belongs to the member ${found.name}`, {
      hint: `join under that name, or take it out: signet member remove ${found.name}`,
    })
  }
  if (progress?.started.includes('add-learner') === true) return
  if (found.isStarted && !found.isLearner) {
    throw new SignetError('refused', `${own.name} is already a member`, {
      hint: `see: signet member list; if this host has lost its data, take it out first: signet member remove ${own.name}`,
    })
  }
  // Left by a host that lost its state, or added by hand: its data may be gone, so it cannot be continued.
  const id = formatMemberId(found.id)
  throw new SignetError('refused', `${memberLabel(found)} was not added by this run`, {
    hint: `take it out first: signet member remove ${id}`,
  })
}

// With NOSPACE nothing could be written through the new member either, and with CORRUPT nobody knows whose data it would get.
function checkAlarms(view: ClusterView): void {
  const [alarm] = alarmsOf(view)
  if (alarm === undefined) return
  throw new SignetError('try-later', `no member is added while etcd has the ${alarm.what}`, { hint: alarm.fix })
}

// It would take in the whole database and then raise the alarm NOSPACE, which ends the writes of all members.
function checkQuota({ name, quotaBackendBytes }: OwnMember, databaseBytes: number): void {
  if (databaseBytes < quotaBackendBytes) return
  const message = `the database has ${formatBytes(databaseBytes)}, which do not fit the quota of ${name}, ${formatBytes(quotaBackendBytes)}`
  // One that grows is not to be full again tomorrow.
  const enough = Math.max(8, Math.ceil((databaseBytes * 1.5) / 1024 ** 3))
  throw new SignetError('configuration', message, {
    hint: `give it as much as the other members have, at least --quota=${enough}GiB; or make the database smaller: see OPERATIONS, "The quota of etcd"`,
  })
}

function checkHealth(view: ClusterView, own: OwnMember): void {
  // Our own, left by an interrupted run, is not expected to be up.
  const others = view.members.filter(({ member }) => !member.isLearner && !member.peerUrls.includes(own.peerUrl))
  const sick = others.find((other) => !isHealthy(other))
  if (sick !== undefined) {
    const quorum = hasQuorum(view) ? '' : '; the cluster has no quorum'
    const message = `no member is added while ${memberLabel(sick.member)} is not healthy: ${describeFault(sick)}${quorum}`
    const target = sick.member.name === '' ? formatMemberId(sick.member.id) : sick.member.name
    throw new SignetError('try-later', message, {
      hint: `start its etcd, or take it out: signet member remove ${target}`,
    })
  }
  if (others.length === 0) {
    throw new SignetError('try-later', 'the cluster has no voting member that answers', {
      hint: 'see: signet member list',
    })
  }
}

function checkNoOtherLearner(view: ClusterView, own: OwnMember): void {
  const learner = findOtherLearner(view, own)?.member
  if (learner === undefined) return
  throw new SignetError('try-later', `${memberLabel(learner)} is joining, and etcd takes one at a time`, {
    hint: `wait until it is through, or take it out: signet member remove ${formatMemberId(learner.id)}`,
  })
}

import { formatBytes } from '../../core/byte-count.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { minorOf, parseMemberVersion } from '../../etcd/versions/upgrade-rules.ts'
import type { Plan, RunFacts } from '../run/plan.ts'
import type { RunProgress } from '../run/run-progress.ts'
import type { Step } from '../run/step.ts'
import { addressesOf, type MemberAnswer } from './former-members.ts'
import type { DataPlace } from './move-aside.ts'
import type { OwnEtcd } from './own-etcd.ts'
import type { FoundTool } from './recovery-parts.ts'
import { refuseOtherCluster } from './refuse-other-cluster.ts'
import { type FormerMember, otherMembers, type StandDownMarker } from './stand-down-marker.ts'

export type RecoverStepId = 'look-again' | 'move-aside' | 'restore' | 'configure' | 'start' | 'prove'

/** By how much revisions are raised: 1000 writes a second for eleven days, as OpenShift has it. */
export const bumpBy = 1_000_000_000n

/** What root said. */
export interface RecoverAnswers {
  readonly from?: string | undefined
  readonly isUnsignedAllowed: boolean
  /** Names of members that are out of reach. */
  readonly gone: readonly string[]
  /** The revisions at which other survivors stood down, by their names. */
  readonly seen: ReadonlyMap<string, bigint>
  /** How many writes those have in their logs alone, where they printed it. */
  readonly seenInLog?: ReadonlyMap<string, number>
  readonly isBehindByChoice: boolean
  readonly isWithoutBump: boolean
}

/** What the new cluster begins with. */
export interface RecoverSource {
  readonly kind: 'snapshot' | 'database'
  readonly file: string
  readonly revision: bigint
  readonly bytes: number
  readonly takenAt: string | undefined
  /** The cluster that its sidecar names. */
  readonly clusterId: string | undefined
  readonly signedBy: string | undefined
  /** The version of the etcd that it is from. */
  readonly etcdVersion: string | undefined
  readonly keys: number | undefined
  /** Named by `--from`, and not what this member kept when it stood down. */
  readonly isBrought: boolean
}

/** How this host and the cluster that it belonged to are found, before anything is changed. */
export interface RecoverFacts extends RunFacts {
  readonly own: OwnEtcd
  readonly marker: StandDownMarker
  readonly answers: RecoverAnswers
  readonly others: readonly MemberAnswer[]
  readonly source: RecoverSource
  /** Clusters whose snapshots are of this one: its own, and those that it was recovered from. */
  readonly clusterIds: readonly string[]
  /** The highest revision that a snapshot of this cluster on this host has. */
  readonly newestKnown: { readonly file: string; readonly revision: bigint } | undefined
  readonly tool: FoundTool
  readonly etcdVersion: EtcdVersion
  readonly place: DataPlace
  readonly freeBytes: number
  /** Whether the certificate of this member is valid now. */
  readonly certificateEnd: Date
  /** Of kube-apiservers, as far as this host knows. */
  readonly apiservers: readonly string[]
  readonly now: Date
}

export interface RecoverPlan extends Plan<RecoverStepId, RecoverFacts> {
  /** Of a run that has begun to change something: root has agreed to it. */
  readonly isContinued: boolean
  readonly warnings: readonly string[]
  /** Revisions that somebody is known to have had, and that the new cluster has not. */
  readonly lostRevisions: bigint
  readonly goneMembers: readonly FormerMember[]
  readonly survivors: readonly (FormerMember & { readonly revision: bigint })[]
}

/** Decides whether this member is the one that the new cluster begins with. Throws why not. Pure. */
export function planRecover(facts: RecoverFacts): RecoverPlan {
  refuseOtherArguments(facts)
  if (!mayServe(facts.progress)) {
    refuseOtherCluster(facts.others, facts.marker.clusterId ?? undefined)
    refuseAwake(facts)
    const accounted = accountForMembers(facts)
    checkSource(facts)
    refuseBehind(facts)
    checkTools(facts)
    return { ...planned(facts), ...accounted }
  }
  return { ...planned(facts), ...accountForMembers(facts) }
}

function planned(facts: RecoverFacts): Omit<RecoverPlan, 'goneMembers' | 'survivors'> {
  return {
    facts,
    isContinued: facts.progress?.started.includes('move-aside') === true,
    steps: recoverSteps(facts),
    pointOfNoReturn: { step: 'start', state: 'done', because: 'the new cluster serves' },
    warnings: warningsOf(facts),
    lostRevisions: lostRevisions(facts),
  }
}

/** Whether the new cluster may serve since a run that was cut off: nothing is decided then, nor done again. Pure. */
export function mayServe(progress: RunProgress | undefined): boolean {
  return progress?.started.includes('start') === true && progress.notes?.['store'] === 'whole'
}

function refuseOtherArguments({ progress, arguments: given }: RecoverFacts): void {
  if (progress === undefined || progress.isFinished || progress.arguments === given) return
  throw new SignetError('refused', 'an interrupted recovery with other arguments is not finished', {
    hint: `run it again with the arguments of that run: signet ${progress.arguments}`,
  })
}

// Two of five that serve one another may be all that a cluster needs: nobody is recovered beside a member that runs.
function refuseAwake({ others, answers }: RecoverFacts): void {
  const led = others.find(({ knowsRaftLeader }) => knowsRaftLeader)
  if (led !== undefined) {
    throw new SignetError('refused', `${led.name} has a quorum: the cluster lives`, {
      hint: 'take this member up again: signet recover --stand-up',
    })
  }
  const awake = others.find(({ state }) => state !== 'silent')
  if (awake === undefined) return
  const does = awake.state === 'answers' ? 'answers' : 'has its port open, and does not say which cluster it is of'
  throw new SignetError('refused', `${awake.name} has not stood down: it ${does}`, {
    hint: `type there: signet recover --stand-down; then here, with what it prints: ${typedWithSeen(awake.name, answers)}`,
  })
}

function typedWithSeen(name: string, answers: RecoverAnswers): string {
  const gone = answers.gone.filter((one) => one !== name)
  const seen = new Map([...answers.seen].filter(([one]) => one !== name))
  return `${typed({ ...answers, gone, seen })} --seen=${name}:REVISION`
}

function accountForMembers({ marker, answers }: RecoverFacts): Pick<RecoverPlan, 'goneMembers' | 'survivors'> {
  const others = otherMembers(marker)
  const strange = [...answers.gone, ...answers.seen.keys()].find((name) => !others.some((one) => one.name === name))
  if (strange !== undefined) {
    const known = others.map(({ name }) => name).join(', ')
    throw new SignetError('usage', `${quoteShell(strange)} was no other member of this cluster`, {
      hint: known === '' ? 'there was none besides this one: leave that out' : `its other members: ${known}`,
    })
  }
  const twice = answers.gone.find((name) => answers.seen.has(name))
  if (twice !== undefined) {
    throw new SignetError('usage', `${twice} is said to be gone, and to have stood down`, {
      hint: `give one of both: --gone=${twice} where its host is out of reach`,
    })
  }
  const open = others.filter(({ name }) => !answers.gone.includes(name) && !answers.seen.has(name))
  if (open.length > 0) throw unaccounted(open, answers)
  return {
    goneMembers: others.filter(({ name }) => answers.gone.includes(name)),
    survivors: others.flatMap((member) => {
      const revision = answers.seen.get(member.name)
      return revision === undefined ? [] : [{ ...member, revision }]
    }),
  }
}

function unaccounted(open: readonly FormerMember[], answers: RecoverAnswers): SignetError {
  const names = open.map(({ name }) => name)
  const said = typed(answers)
  const each = (option: (name: string) => string): string => names.map(option).join(' ')
  const where = open.map((member) => `${member.name} (${addressesOf(member).join(', ')})`).join(', ')
  return new SignetError('refused', `nothing is said of ${where}, of the cluster that has lost its quorum`, {
    hint: `where its host lives, type there: signet recover --stand-down; then here: ${[said, each((name) => `--seen=${name}:REVISION`)].join(' ')}; where it is lost: ${[said, each((name) => `--gone=${name}`)].join(' ')}`,
  })
}

/** The command as it was typed, so that an operator has to add to it alone. Pure. */
export function typed({
  from,
  gone,
  seen,
  seenInLog,
  isUnsignedAllowed,
  isBehindByChoice,
  isWithoutBump,
}: RecoverAnswers): string {
  return [
    'signet recover',
    ...(from === undefined ? [] : [`--from=${quoteShell(from)}`]),
    ...(isUnsignedAllowed ? ['--unsigned'] : []),
    ...gone.map((name) => `--gone=${name}`),
    ...[...seen].map(([name, revision]) => `--seen=${formatSeen(name, revision, seenInLog?.get(name))}`),
    ...(isBehindByChoice ? ['--behind-by-choice'] : []),
    ...(isWithoutBump ? ['--without-bump'] : []),
  ].join(' ')
}

/** How far a member's data go, as it is told on another: `etcd-2:421337`, with `+3` where its log alone has three more writes. Pure. */
export function formatSeen(name: string, revision: bigint | string, inLog: number | null | undefined): string {
  return `${name}:${revision}${inLog === undefined || inLog === null || inLog === 0 ? '' : `+${inLog}`}`
}

function checkSource({ source, answers, clusterIds, etcdVersion }: RecoverFacts): void {
  if (!source.isBrought) return
  if (source.clusterId !== undefined && clusterIds.length > 0 && !clusterIds.includes(source.clusterId)) {
    throw new SignetError(
      'bad-data',
      `${source.file} is of the cluster ${source.clusterId}, and this member of ${clusterIds[0]}`,
      {
        hint: 'name a snapshot of this cluster; its name begins with the first half of the id: ls /var/lib/signet-snapshots',
      },
    )
  }
  if (source.signedBy === undefined && !answers.isUnsignedAllowed) {
    throw new SignetError('refused', `${source.file} is signed by no member: nothing says who made it`, {
      hint: `where you know where it comes from: ${typed({ ...answers, isUnsignedAllowed: true })}`,
    })
  }
  const from = parseMemberVersion(source.etcdVersion ?? '')
  if (from === undefined || minorOf(from) <= minorOf(etcdVersion)) return
  throw new SignetError(
    'configuration',
    `${source.file} is from etcd ${formatVersion(from)}, and this host runs ${formatVersion(etcdVersion)}, which is older`,
    { hint: 'let this host run that version: ln -sfn DIR /etc/signet/etcd-bin; or name an older snapshot' },
  )
}

/** The highest revision that anybody is known to have had, and who. */
function mostAdvanced({ marker, own, answers, newestKnown }: RecoverFacts) {
  const ofSnapshot =
    newestKnown === undefined ? [] : [{ name: newestKnown.file, revision: newestKnown.revision, isFile: true }]
  const ofOwn = marker.kept === null ? [] : [{ name: own.name, revision: BigInt(marker.kept.revision), isFile: false }]
  const ofOthers = [...answers.seen].map(([name, revision]) => ({ name, revision, isFile: false }))
  return [...ofOwn, ...ofOthers, ...ofSnapshot].reduce<
    { readonly name: string; readonly revision: bigint; readonly isFile: boolean } | undefined
  >((best, one) => (best === undefined || one.revision > best.revision ? one : best), undefined)
}

function lostRevisions(facts: RecoverFacts): bigint {
  const best = mostAdvanced(facts)?.revision ?? 0n
  return best > facts.source.revision ? best - facts.source.revision : 0n
}

function refuseBehind(facts: RecoverFacts): void {
  const { answers, source, own } = facts
  const best = mostAdvanced(facts)
  if (best === undefined || best.revision <= source.revision || answers.isBehindByChoice) return
  const lost = best.revision - source.revision
  const choose = typed({ ...answers, isBehindByChoice: true })
  const elsewhere = best.isFile
    ? `go on from that: ${typed({ ...answers, from: best.name })}`
    : best.name === own.name
      ? 'leave out --from: this member itself has more'
      : `recover there instead: on ${best.name}, ${typedThere(best.name, facts)}`
  throw new SignetError(
    'refused',
    `${best.name} has revision ${best.revision}, and this would go on from ${source.revision}: ${lost} revisions would be lost`,
    { hint: `${elsewhere}; where that cannot be: ${choose}` },
  )
}

/** What to type on another survivor. */
function typedThere(name: string, { answers, own, marker }: RecoverFacts): string {
  const others = [...answers.seen].filter(([one]) => one !== name)
  const seen = new Map([...others, [own.name, BigInt(marker.kept?.revision ?? 0)]])
  const seenInLog = new Map([...(answers.seenInLog ?? []), [own.name, marker.logWrites ?? 0]])
  return typed({ ...answers, from: undefined, isUnsignedAllowed: false, seen, seenInLog })
}

function checkTools(facts: RecoverFacts): void {
  refuseOlderTool(facts)
  checkHost(facts)
}

// etcd's programs restore what is newer than they, and misread what they do not know.
function refuseOlderTool({ tool, source, etcdVersion }: RecoverFacts): void {
  const from = parseMemberVersion(source.etcdVersion ?? (source.isBrought ? '' : formatVersion(etcdVersion)))
  const own = parseMemberVersion(tool.version)
  if (from === undefined || own === undefined || minorOf(own) >= minorOf(from)) return
  throw new SignetError(
    'configuration',
    `${tool.program} is of etcd ${tool.version}, and the data are of ${formatVersion(from)}: it could misread them`,
    { hint: 'install the package signet-etcd of that version, whose etcdutl is as new' },
  )
}

function checkHost({ tool, answers, freeBytes, source, place, certificateEnd, now }: RecoverFacts): void {
  if (!tool.canBump && !answers.isWithoutBump) {
    throw new SignetError(
      'configuration',
      `${tool.program} ${tool.version} cannot raise revisions: watches would hang silently`,
      {
        hint: `install the package signet-etcd, whose etcdutl can; or, restarting afterwards all that watches: ${typed({ ...answers, isWithoutBump: true })}`,
      },
    )
  }
  const needed = source.bytes + spareBytes
  if (freeBytes < needed) {
    throw new SignetError(
      'configuration',
      `${place.live} has ${formatBytes(freeBytes)} free and needs ${formatBytes(needed)}: the old data stay beside the new`,
      { hint: 'make room on that file system, then run it again' },
    )
  }
  if (certificateEnd > now) return
  throw new SignetError(
    'configuration',
    `the certificate of this member has expired (${certificateEnd.toISOString()})`,
    {
      hint: 'renew it first: signet renew; where the signer is lost, adopt first: signet adopt --ca-key=FILE',
    },
  )
}

/** A new log of etcd's takes 64 MiB twice. */
const spareBytes = 192 * 1024 ** 2

function recoverSteps({ source, tool, answers }: RecoverFacts): readonly Step<RecoverStepId>[] {
  const raised = tool.canBump && !answers.isWithoutBump ? ', its revisions raised so that no watch hangs' : ''
  const what = source.kind === 'snapshot' ? 'the snapshot' : "the member's own database"
  return [
    { id: 'look-again', title: 'see once more that no other member runs' },
    { id: 'move-aside', title: 'move the data of this member aside' },
    { id: 'restore', title: `restore ${what} of revision ${source.revision} as a new cluster of one${raised}` },
    { id: 'configure', title: "give etcd the new cluster's name for itself" },
    { id: 'start', title: 'start etcd' },
    { id: 'prove', title: 'prove it by a write' },
  ]
}

function warningsOf(facts: RecoverFacts): readonly string[] {
  const { source, now, answers, tool, marker } = facts
  const lost = lostRevisions(facts)
  const taken = source.takenAt === undefined ? 'at a time that nothing tells' : describeAge(source.takenAt, now)
  return [
    `the new cluster goes on from revision ${source.revision}, ${taken}`,
    ...(lost === 0n ? [] : [`${lost} revisions are lost that are known to have been there`]),
    'whatever clients wrote after that moment is lost, also what was acknowledged to them',
    ...describeLog(marker.logWrites),
    ...longerLogs(facts),
    ...(source.kind === 'database' ? ['it is the database file that etcd left: no digest proves its bytes'] : []),
    ...(source.isBrought ? [`signed by ${source.signedBy ?? 'nobody'}`] : []),
    ...(answers.isWithoutBump || !tool.canBump
      ? [
          'revisions are not raised: watches hang silently until every client is restarted: kube-apiserver, scheduler, controller-manager, kubelet, kube-proxy, CNI, operators',
        ]
      : []),
  ]
}

// A marker of an older version does not tell.
function describeLog(writes: number | null | undefined): readonly string[] {
  if (writes === 0) return []
  if (writes === undefined || writes === null)
    return ['nothing tells how many writes stand in its log alone: they are not gone on from']
  return [`up to ${writes} writes that stand in its log alone are not gone on from, also where they were acknowledged`]
}

// As raft elects: of two with the same data the one with the longer log.
function longerLogs(facts: RecoverFacts): readonly string[] {
  const { marker, answers } = facts
  const own = marker.logWrites ?? 0
  const same = [...answers.seen].filter(
    ([, revision]) => marker.kept !== null && `${revision}` === marker.kept.revision,
  )
  const [name, writes] = same
    .map(([one]) => [one, answers.seenInLog?.get(one) ?? 0] as const)
    .reduce<readonly [string, number]>((best, one) => (one[1] > best[1] ? one : best), ['', own])
  if (name === '') return []
  return [
    `${name} has the same revision and more in its log, ${writes} writes against ${own}: rather go on there: on ${name}, ${typedThere(name, facts)}`,
  ]
}

/** When something was, and how long ago. Pure. */
function describeAge(time: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 60_000))
  const ago = minutes < 120 ? `${minutes} minutes ago` : `${Math.floor(minutes / 60)} hours ago`
  return `taken ${time}, ${ago}`
}

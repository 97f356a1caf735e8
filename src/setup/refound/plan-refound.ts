import { noticeableSkewMs } from '../../client/skew-limits.ts'
import { formatBytes } from '../../core/byte-count.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { formatMinor, minorOf, parseMemberVersion } from '../../etcd/versions/upgrade-rules.ts'
import { checkDisk } from '../run/check-host.ts'
import type { Plan } from '../run/plan.ts'
import type { Step } from '../run/step.ts'
import { type InitFacts, planInit } from '../signer/plan-init.ts'
import type { SavedCa } from '../signer/saved-ca.ts'
import type { FoundingSnapshot, RestoreProgram } from './founding-snapshot.ts'

export type RefoundStepId =
  | 'install-ca'
  | 'write-signet-configuration'
  | 'start-authority'
  | 'make-key'
  | 'obtain-certificate'
  | 'restore-snapshot'
  | 'write-configuration'
  | 'start-etcd'
  | 'verify'
  | 'start-endpoint'
  | 'clean-up'

/** A fresh host that is to be the first member of a cluster of which a snapshot and the CA key are left. */
export interface RefoundFacts extends InitFacts {
  readonly snapshot: FoundingSnapshot
  /** What was typed: whether a snapshot that nobody vouches for is taken. */
  readonly mayBeUnsigned: boolean
  readonly ca: SavedCa
  readonly tool: RestoreProgram
  readonly nowMs: number
}

/** The founding of a cluster from a snapshot that may go on: nothing has been changed yet. */
export interface RefoundPlan extends Plan<RefoundStepId, RefoundFacts> {
  readonly warnings: readonly string[]
}

/** The name of the note that tells which snapshot a run has begun to restore. */
export const restoredNote = 'restored'
/** That of the new cluster's token. */
export const tokenNote = 'token'

// From here on callers may hold new certificates; earlier ones are undone unless etcd was seen to serve (`refuseServed`).
const pointOfNoReturn = { step: 'start-endpoint', state: 'started' } as const

/** Decides whether and how this host founds the cluster anew. Throws with the first reason why not. Pure. */
export function planRefound(facts: RefoundFacts): RefoundPlan {
  const { warnings } = planInit(facts)
  checkSnapshot(facts)
  checkVersion(facts)
  if (facts.dataDirectoryState === 'absent') checkDisk(facts, facts.snapshot.bytes)
  return { facts, steps: refoundSteps(facts), pointOfNoReturn, warnings: [...warnings, ...warningsOf(facts)] }
}

function checkSnapshot(facts: RefoundFacts): void {
  const { snapshot, own, progress } = facts
  const begunWith = progress?.notes?.[restoredNote]
  if (begunWith !== undefined && begunWith !== snapshot.sha256) {
    throw new SignetError('refused', 'the interrupted run has restored another snapshot than this one', {
      hint: `give it the file whose SHA-256 is ${quoteUntrusted(begunWith)}`,
    })
  }
  checkOrigin(facts)
  checkClock(facts)
  if (snapshot.bytes < own.quotaBackendBytes) return
  const has = `the snapshot has ${formatBytes(snapshot.bytes)}, which do not fit the quota of ${own.name}`
  throw new SignetError('configuration', `${has}, ${formatBytes(own.quotaBackendBytes)}`, {
    hint: `give it more: --quota=${Math.max(8, Math.ceil((snapshot.bytes * 1.5) / 1024 ** 3))}GiB`,
  })
}

// Whoever could put a snapshot here would otherwise be the author of every secret and every role in the cluster.
function checkOrigin({ snapshot: { signedBy, sidecar, file }, mayBeUnsigned, ca }: RefoundFacts): void {
  if (mayBeUnsigned) return
  const foreign = sidecar !== null && sidecar.caPin !== ca.pin
  if (!foreign && signedBy !== null) return
  const shown = quoteUntrusted(file)
  const why = foreign
    ? `${shown} was taken in a cluster of another CA: ${sidecar.caPin}`
    : `no member's key vouches for ${shown}`
  throw new SignetError('refused', why, {
    hint: 'take one that is signed under this CA, with its sidecar; if you know where this one comes from: --unsigned',
  })
}

// A new certificate would begin before what masters have now, and a snapshot's age would be told wrong.
function checkClock({ snapshot: { sidecar }, nowMs }: RefoundFacts): void {
  if (sidecar === null || Date.parse(sidecar.time) <= nowMs + noticeableSkewMs) return
  throw new SignetError('try-later', `by the clock of this host the snapshot is of a time to come, ${sidecar.time}`, {
    hint: 'set the clock: timedatectl set-ntp true; then run it again',
  })
}

function checkVersion({ own, snapshot: { sidecar } }: RefoundFacts): void {
  const taken = sidecar === null ? undefined : parseMemberVersion(sidecar.etcdVersion)
  if (taken === undefined) return
  const steps = minorOf(own.etcdVersion) - minorOf(taken)
  if (steps === 0 || steps === 1) return
  const which = steps < 0 ? 'a newer etcd' : 'an etcd that is more than one minor version older'
  const ours = formatMinor(minorOf(own.etcdVersion))
  const theirs = formatMinor(minorOf(taken))
  throw new SignetError('configuration', `the snapshot is of ${which}: ${theirs}, and this host has ${ours}`, {
    hint: `install etcd ${theirs} here, or name a directory that has it: --etcd=DIR`,
  })
}

function warningsOf({ snapshot: { sidecar, signedBy }, ca }: RefoundFacts): readonly string[] {
  const isForeign = sidecar !== null && sidecar.caPin !== ca.pin
  return [
    ...(sidecar === null
      ? ['nothing tells when the snapshot was taken, and of which cluster: no sidecar is beside it']
      : []),
    ...(signedBy === null ? ["the snapshot is not signed by a member's key under this CA: nobody vouches for it"] : []),
    ...(isForeign ? [`the snapshot was taken in a cluster of another CA: ${sidecar.caPin}`] : []),
    ...(sidecar?.alarms.includes('CORRUPT') === true
      ? ['when it was taken, etcd found the data of that member to differ from the others (alarm CORRUPT)']
      : []),
    ...(ca.others === 0
      ? []
      : [`${ca.others} other CA in the file of --ca-cert is left out: what it signed, etcd refuses`]),
  ]
}

function refoundSteps({ own, settings, snapshot, ca }: RefoundFacts): readonly Step<RefoundStepId>[] {
  return [
    { id: 'install-ca', title: `install the saved CA ${ca.pin}` },
    {
      id: 'write-signet-configuration',
      title: `write the configuration: callers from ${settings.networks.join(', ')}`,
    },
    { id: 'start-authority', title: 'start the authority' },
    { id: 'make-key', title: 'make the key of this host' },
    { id: 'obtain-certificate', title: `obtain a certificate for ${own.name} at ${own.address}` },
    { id: 'restore-snapshot', title: `restore revision ${snapshot.revision}, into a cluster of one` },
    { id: 'write-configuration', title: 'write the configuration of etcd' },
    { id: 'start-etcd', title: 'start etcd' },
    { id: 'verify', title: 'verify that it takes writes, and has new revisions' },
    { id: 'start-endpoint', title: 'start the endpoint' },
    { id: 'clean-up', title: 'clean up' },
  ]
}

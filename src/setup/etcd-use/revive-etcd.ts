import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readCluster } from '../../cluster/read-cluster.ts'
import { realTime } from '../../core/clock.ts'
import { formatHostPort } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readAppliedIndex } from '../../etcd/applied-index.ts'
import { deleteKey } from '../../etcd/key-value.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import type { FoundEtcd } from '../etcd-binaries/found-etcd.ts'
import { readEtcd } from '../etcd-binaries/read-etcd.ts'
import type { HostWorld } from '../host-world.ts'
import { etcdService } from '../member/default-member.ts'
import { fileProgress } from '../run/file-progress.ts'
import type { RunProgress } from '../run/run-progress.ts'
import { findReason } from './find-reason.ts'
import { findEnd, slowestBytesPerMs } from './member-back.ts'
import type { EtcdInPlace } from './plan-use.ts'
import { switchEtcd } from './switch-etcd.ts'
import { turnKey } from './take-turn.ts'
import { connectUse, hasSwitched, readOwnName } from './use-facts.ts'

/** Who hears of it, and how long etcd's start may take, milliseconds. */
export interface ReviveAudience {
  readonly say: (line: string) => void
  readonly startLimitMs: number
}

const pollMs = 200

/**
 * Has etcd run again where a move was cut off and no quorum is left without this member, so that the same command can be planned
 * at all: with one voter or two, and with more where others are down. First what the link leads to; where that does not come up,
 * what ran before. Throws `unavailable` once it has gone back.
 */
export async function reviveEtcd(world: HostWorld, audience: ReviveAudience): Promise<void> {
  const progress = await fileProgress(world.layout.etcdUseProgress, world.files).load()
  if (progress === undefined || progress.isFinished) return
  // It has changed nothing: a snapshot is all that there is of it, and another directory may be named.
  if (!hasSwitched(progress)) return fileProgress(world.layout.etcdUseProgress, world.files).clear()
  const linked = await readLinked(world)
  // What runs is left as it is, also where its file is gone by now: its data may be none for another etcd.
  const isWell = linked?.problem === undefined ? await seesQuorum(world, progress) : await isUp(world)
  if (isWell) return
  const why = linked?.problem?.message ?? (await launchAndWait(world, audience))
  if (why !== undefined) await goBack(world, { audience, progress, linked, why })
}

async function readLinked(world: HostWorld): Promise<FoundEtcd | undefined> {
  const directory = await world.files.readLink(world.layout.etcdBinaries)
  return directory === undefined ? undefined : readEtcd({ directory, from: 'named' }, world)
}

async function seesQuorum(world: HostWorld, progress: RunProgress): Promise<boolean> {
  try {
    const client = await connectUse(world, progress)
    try {
      await readCluster(client)
      return true
    } finally {
      client.close()
    }
  } catch {
    return false
  }
}

/** Why etcd is not up; undefined once it is, also where it waits for others: that is nothing that other binaries mend. */
async function launchAndWait(world: HostWorld, audience: ReviveAudience): Promise<string | undefined> {
  const { systemd, signal } = world
  audience.say('a move to another etcd was cut off, and etcd does not serve: it is started first')
  await systemd.launch(etcdService)
  const limitMs = audience.startLimitMs + databaseBytes(world) / slowestBytesPerMs
  const deadlineMs = realTime.now() + limitMs
  while (!(await isUp(world))) {
    const end = await findEnd(world)
    if (end !== undefined) return said(end, await systemd.readLastLines(etcdService, 40))
    if (realTime.now() >= deadlineMs) return `it does not answer after ${Math.round(limitMs / 1000)} s`
    if (signal.aborted) throw new SignetError('try-later', 'the run was interrupted', { hint: 'run it again' })
    await realTime.delay(pollMs)
  }
  return undefined
}

function databaseBytes({ layout }: HostWorld): number {
  return statSync(join(layout.dataDirectory, 'member/snap/db'), { throwIfNoEntry: false })?.size ?? 0
}

// It tells its metrics before it has a quorum.
async function isUp({ etcdPorts, systemd }: HostWorld): Promise<boolean> {
  const url = `http://${formatHostPort('127.0.0.1', etcdPorts.metrics)}`
  return (await systemd.isActive(etcdService)) && (await readAppliedIndex(url).catch(() => undefined)) !== undefined
}

function said(end: string, lines: readonly string[]): string {
  const reason = findReason(lines)
  return reason === undefined ? end : `${end}; it said: ${reason}`
}

interface Broken {
  readonly audience: ReviveAudience
  readonly progress: RunProgress
  readonly linked: FoundEtcd | undefined
  readonly why: string
}

async function goBack(world: HostWorld, { audience, progress, linked, why }: Broken): Promise<void> {
  const { layout, systemd } = world
  const broken = linked?.directory ?? layout.etcdBinaries
  const fails = `the etcd of ${quoteUntrusted(broken)} does not come up: ${why}`
  const hint = `read ${systemd.logOf(etcdService)}`
  const previous = await readPrevious(world, progress)
  if (previous === undefined || previous.directory === broken) throw new SignetError('unavailable', fails, { hint })
  await systemd.stop(etcdService)
  await switchEtcd(previous, world)
  const neither = await launchAndWait(world, audience)
  if (neither !== undefined) {
    // As it was: the next run tries both again.
    if (linked?.version !== undefined) await switchEtcd({ directory: broken, version: linked.version }, world)
    throw new SignetError('unavailable', `${fails}; nor does that of ${previous.directory}: ${neither}`, { hint })
  }
  await forget(world, progress)
  throw new SignetError('unavailable', `${fails}; that of ${previous.directory} runs again`, { hint })
}

async function readPrevious(world: HostWorld, { notes }: RunProgress): Promise<EtcdInPlace | undefined> {
  const directory = notes?.['previous']
  if (directory === undefined) return undefined
  const found = await readEtcd({ directory, from: 'named' }, world)
  const version: EtcdVersion | undefined = found.problem === undefined ? found.version : undefined
  return version === undefined ? undefined : { directory: found.directory, version }
}

// The turn first: without the progress nobody would know whose it is.
async function forget(world: HostWorld, progress: RunProgress): Promise<void> {
  const name = await readOwnName(world)
  const client = await connectUse(world, progress).catch(() => undefined)
  await (client && deleteKey(client, turnKey(name)).catch(() => {}))
  client?.close()
  await fileProgress(world.layout.etcdUseProgress, world.files).clear()
}

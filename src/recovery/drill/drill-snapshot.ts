import { join } from 'node:path'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'
import { recordAct } from '../../host/snapshots/snapshot-state.ts'
import { snapshotNameOf } from '../copy/copy-order.ts'
import { requireNewEnough } from '../restore/require-new-enough.ts'
import { restoreSnapshot } from '../restore/restore-snapshot.ts'
import { type VerifiedSnapshot, verifySnapshot } from '../verify-snapshot.ts'
import { compareDrill, type DrillComparison } from './compare-drill.ts'
import { type DrillPlace, inDrillPlace } from './drill-place.ts'
import type { DrillDurations, DrillReceipt } from './drill-receipt.ts'
import type { DrillWorld } from './drill-world.ts'
import { isEncryptedName, openDrillFile } from './open-drill-file.ts'
import type { DrillPlan } from './read-drill-plan.ts'
import { readRestored } from './read-restored.ts'
import { drillData, drillName, drillPeerUrl, findDrillPorts, startThrowaway } from './throwaway-etcd.ts'

/** Hears what a drill is at. */
export interface DrillAudience {
  readonly say: (line: string) => void
  readonly onProgress?: ((restoredBytes: number, totalBytes: number) => void) | undefined
}

/**
 * Restores a snapshot as on the worst day, into a directory of its own, starts an etcd from it that nobody else reaches, and
 * compares what that says with what was known when it was saved. Whatever comes of it, nothing is left but what is kept of how
 * it went. Throws `bad-data` where anything differs.
 */
export async function drillSnapshot(
  plan: DrillPlan,
  audience: DrillAudience,
  world: DrillWorld,
): Promise<DrillReceipt> {
  return inDrillPlace(world, async (place) => {
    try {
      const receipt = await new Drill(plan, { audience, world, place }).run()
      await recordReceipt(receipt, plan, world)
      return receipt
    } catch (error) {
      if (world.signal.aborted) throw interrupted(error)
      const failure = asSignetError(error)
      if (plan.isOwn) await recordAct(world, 'drill', { failure: `${plan.name}: ${failure.message}` }).catch(() => {})
      throw error
    }
  })
}

function interrupted(cause: unknown): SignetError {
  const hint = 'run it again: signet snapshot drill'
  return new SignetError('try-later', 'the drill was interrupted, and nothing of it is left', { hint, cause })
}

async function recordReceipt(receipt: DrillReceipt, plan: DrillPlan, world: DrillWorld): Promise<void> {
  const snapshot = snapshotNameOf(plan.name)
  const named = parseSnapshotName(snapshot)
  if (named === undefined || !plan.isOwn) return
  const { revision, bytes, sha256, durations } = receipt
  const takenAt = receipt.takenAt ?? new Date(named.takenAtMs).toISOString()
  const success = { snapshot, takenAt, revision, bytes, sha256, durationMs: Math.round(durations.totalMs) }
  await recordAct(world, 'drill', { success })
}

interface DrillScene {
  readonly audience: DrillAudience
  readonly world: DrillWorld
  readonly place: DrillPlace
}

class Drill {
  readonly #plan: DrillPlan
  readonly #scene: DrillScene
  readonly #beganMs = performance.now()
  readonly #durations = { decryptMs: 0, verifyMs: 0, restoreMs: 0, startMs: 0, readMs: 0 }

  constructor(plan: DrillPlan, scene: DrillScene) {
    this.#plan = plan
    this.#scene = scene
  }

  async run(): Promise<DrillReceipt> {
    const { place, world } = this.#scene
    const file = await this.#timed('decryptMs', () => openDrillFile(this.#plan, place.directory, world))
    const verified = await this.#timed('verifyMs', () => verifySnapshot(file, world.files, world.layout.caCertificate))
    const version = formatVersion(this.#plan.etcd.version)
    requireNewEnough('etcd', version, verified.sidecar?.etcdVersion)
    const comparisons = await this.#restoreAndCompare(verified)
    return this.#conclude(verified, comparisons)
  }

  async #restoreAndCompare(verified: VerifiedSnapshot): Promise<readonly DrillComparison[]> {
    const { audience, place, world } = this.#scene
    const { etcd, needs } = this.#plan
    const { account } = place
    const ports = await findDrillPorts()
    const directory = join(place.directory, 'etcd')
    await world.files.makeDirectory(directory, { mode: 0o700, owner: account })
    audience.say('restoring it')
    await this.#timed('restoreMs', () => this.#restore(verified, join(directory, drillData), drillPeerUrl(ports)))
    audience.say('starting an etcd from it that nobody else reaches')
    const logFile = join(place.directory, 'etcd.log')
    const start = { etcd, directory, logFile, ports, quotaBytes: needs.quotaBytes, account, timeoutMs: needs.limitMs }
    const running = await this.#timed('startMs', () => startThrowaway(start, world))
    try {
      audience.say('reading it')
      const question = { revision: BigInt(verified.revision), version: etcd.version, timeoutMs: needs.limitMs }
      const found = await this.#timed('readMs', () => readRestored(running, question))
      return compareDrill(verified, found)
    } finally {
      await running.stop()
    }
  }

  async #restore(verified: VerifiedSnapshot, dataDirectory: string, peerUrl: string): Promise<void> {
    const { audience, place, world } = this.#scene
    const order = {
      ...{ tool: this.#plan.tool, file: verified.file, savedBy: verified.sidecar?.etcdVersion, dataDirectory },
      ...{ memberName: drillName, peerUrls: [peerUrl], initialCluster: { [drillName]: [peerUrl] }, token: drillName },
      ...{ owner: place.account, isIdle: true, onProgress: audience.onProgress },
    }
    await restoreSnapshot(order, world)
  }

  #conclude(verified: VerifiedSnapshot, comparisons: readonly DrillComparison[]): DrillReceipt {
    const { file, etcd, tool, fileBytes } = this.#plan
    const { sha256, revision, sidecar, signedBy, signature } = verified
    const different = comparisons.filter(({ result }) => result === 'differs')
    if (different.length > 0) throw differs(file, different)
    return {
      time: new Date(this.#scene.world.clock.now()).toISOString(),
      ...{ file, isEncrypted: isEncryptedName(file), bytes: fileBytes, sha256, revision },
      ...{ takenAt: sidecar?.time ?? null, takenOf: sidecar?.etcdVersion ?? null, signedBy, signature },
      ...{ restoredWith: `${tool.name} ${tool.version}`, etcdVersion: formatVersion(etcd.version) },
      comparisons,
      durations: { ...this.#durations, totalMs: performance.now() - this.#beganMs },
    }
  }

  async #timed<Value>(part: Exclude<keyof DrillDurations, 'totalMs'>, work: () => Promise<Value>): Promise<Value> {
    const beganMs = performance.now()
    this.#scene.world.signal.throwIfAborted()
    const value = await work()
    this.#durations[part] = performance.now() - beganMs
    return value
  }
}

function differs(file: string, different: readonly DrillComparison[]): SignetError {
  const what = different.map((one) => `${one.what}: ${one.detail}`).join('; ')
  return new SignetError('bad-data', `what was restored of ${quoteUntrusted(file)} differs: ${what}`, {
    hint: 'take another snapshot and try that: signet snapshot save; then: signet snapshot drill',
  })
}

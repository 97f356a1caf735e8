import { takeSnapshot } from '../../recovery/take-snapshot.ts'
import { reviveEtcd } from '../../setup/etcd-use/revive-etcd.ts'
import { nothingToDo, tellUse } from '../../setup/etcd-use/tell-use.ts'
import { aloneOnHost, readUsePlan, useEtcd, usualStartLimitMs } from '../../setup/etcd-use/use-host.ts'
import { formatUseReceipt, type UseReceipt } from '../../setup/etcd-use/use-receipt.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan, formatWarnings } from '../../setup/run/format-plan.ts'
import type { SetupVoice } from '../../setup/setup-voice.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `etcd use`, as typed. */
export interface UseOptions {
  readonly snapshotTo?: string
  readonly json?: true
  readonly dryRun?: true
}

/** Moves this member to the etcd in a directory. */
export async function runEtcdUse(
  directory: string,
  { json, dryRun, snapshotTo }: UseOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  if (dryRun === true) {
    streams.stdout.write(formatPlan(tellUse(await readUsePlan({ directory, snapshotTo }, world)), json))
    return
  }
  const move = async ({ say, listener }: SetupVoice): Promise<void> => {
    await reviveEtcd(world, { say, startLimitMs: usualStartLimitMs })
    const plan = await readUsePlan({ directory, snapshotTo }, world)
    if (plan.isDone) say(nothingToDo(plan))
    if (plan.isDone && json === true) printJson(streams, tellUse(plan).fields)
    if (plan.isDone) return
    for (const line of formatWarnings(plan.warnings)) say(line)
    const conclude = (receipt: UseReceipt): void => {
      for (const line of formatUseReceipt(receipt)) say(line)
      if (json === true) printJson(streams, receipt)
    }
    const take = (onProgress: (received: number, total: number) => void) =>
      takeSnapshot(world, { to: snapshotTo, onProgress })
    await useEtcd(plan, { listener: listener(plan.steps.length), conclude, takeSnapshot: take }, world)
  }
  await withSetupLog(world, streams, (voice) => aloneOnHost(world, () => move(voice)))
}

import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { takeSnapshot } from '../../recovery/take-snapshot.ts'
import type { UsePlan } from '../../setup/etcd-use/plan-use.ts'
import { reviveEtcd } from '../../setup/etcd-use/revive-etcd.ts'
import { aloneOnHost, readUsePlan, useEtcd, usualStartLimitMs } from '../../setup/etcd-use/use-host.ts'
import { formatUseReceipt, type UseReceipt } from '../../setup/etcd-use/use-receipt.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan, formatWarnings, type ToldPlan } from '../../setup/run/format-plan.ts'
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
    streams.stdout.write(formatPlan(tell(await readUsePlan({ directory, snapshotTo }, world)), json))
    return
  }
  const move = async ({ say, listener }: SetupVoice): Promise<void> => {
    await reviveEtcd(world, { say, startLimitMs: usualStartLimitMs })
    const plan = await readUsePlan({ directory, snapshotTo }, world)
    if (plan.isDone) say(nothingToDo(plan))
    if (plan.isDone && json === true) printJson(streams, tell(plan).fields)
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

function tell(plan: UsePlan): ToldPlan {
  const { facts, steps, warnings, isDone } = plan
  const { name, target, previous } = facts
  const versions = { version: formatted(target.version), previousVersion: formatted(previous.version) }
  const fields = { name, directory: target.directory, previousDirectory: previous.directory, ...versions, isDone }
  return { lines: isDone ? [nothingToDo(plan)] : formatWarnings(warnings), fields, steps, warnings }
}

function formatted(version: UsePlan['facts']['previous']['version']): string | null {
  return version === undefined ? null : formatVersion(version)
}

function nothingToDo({ facts: { name, target } }: UsePlan): string {
  return `${name} runs etcd ${formatted(target.version)} of ${target.directory} already`
}

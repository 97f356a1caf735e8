import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { formatWarnings, type ToldPlan } from '../run/format-plan.ts'
import type { UsePlan } from './plan-use.ts'

/** What a dry run of `etcd use` tells, and --json where there is nothing to do. Pure. */
export function tellUse(plan: UsePlan): ToldPlan {
  const { facts, steps, warnings, isDone } = plan
  const { name, target, previous } = facts
  const versions = { version: formatted(target.version), previousVersion: formatted(previous.version) }
  const fields = { name, directory: target.directory, previousDirectory: previous.directory, ...versions, isDone }
  return { lines: isDone ? [nothingToDo(plan)] : formatWarnings(warnings), fields, steps, warnings }
}

function formatted(version: UsePlan['facts']['previous']['version']): string | null {
  return version === undefined ? null : formatVersion(version)
}

/** What is said where the member runs that etcd already. Pure. */
export function nothingToDo({ facts: { name, target } }: UsePlan): string {
  return `${name} runs etcd ${formatted(target.version)} of ${target.directory} already`
}

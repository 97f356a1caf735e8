import { formatReceipt } from '../join/format-receipt.ts'
import type { ToldPlan } from '../run/format-plan.ts'
import type { RejoinPlan } from './plan-rejoin.ts'
import type { Rejoined } from './rejoin-host.ts'

/** What an operator reads of a member that is in the recovered cluster. Pure. */
export function formatRejoined(rejoined: Rejoined): readonly string[] {
  const { clusterId, formerClusterId, aside } = rejoined
  return [
    ...formatReceipt(rejoined)
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
    `it is in the cluster ${clusterId} now, and was in ${formerClusterId ?? 'another'}`,
    ...(aside === null ? [] : [`its data of before, never deleted by Signet: ${aside}`]),
  ]
}

/** What a dry run tells. Pure. */
export function tellRejoin({ facts, steps }: RejoinPlan): ToldPlan {
  const { own, clusterId, formerClusterId = null } = facts
  const { name, address } = own
  return { lines: [], fields: { name, address, clusterId, formerClusterId }, steps }
}

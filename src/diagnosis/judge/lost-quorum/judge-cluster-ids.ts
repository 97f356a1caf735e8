import { type Finding, well } from '../../../core/finding.ts'
import type { InspectedClusterIds } from '../../inspect/lost-quorum/inspect-cluster-ids.ts'

const check = 'cluster-ids'

/** Whether all that answers is of one cluster: old members that are awake beside a recovered one are not. Pure. */
export function judgeClusterIds({ places, former }: InspectedClusterIds): readonly Finding[] {
  const ids = [...new Set(places.map(({ clusterId }) => clusterId))]
  const [first] = ids
  if (first === undefined) return []
  if (ids.length === 1) {
    if (!former.includes(first)) return [well(check, `all that answers here is of one cluster, ${first}`)]
    return []
  }
  const at = (id: string): string => {
    const where = places.filter(({ clusterId }) => clusterId === id).map(({ place }) => place)
    return `${former.includes(id) ? 'the former ' : ''}${id} at ${where.join(', ')}`
  }
  const [kept] = ids.filter((id) => !former.includes(id))
  const target = ids.length - former.filter((id) => ids.includes(id)).length === 1 ? kept : undefined
  return [
    {
      check,
      level: 'broken',
      what: `members answer in ${ids.length} clusters: ${ids.toSorted().map(at).join('; ')}`,
      why: 'whoever lists members of both reads and writes two histories, and nothing brings them together again',
      fix: `on each member of the former one: systemctl stop etcd; signet recover --rejoin --cluster=${target ?? 'ID'}`,
    },
  ]
}

import { SignetError } from '../../core/signet-error.ts'
import type { MemberAnswer } from './former-members.ts'

/** Refuses where a member answers under another cluster: it was recovered there, and this host is to join it. Pure. */
export function refuseOtherCluster(others: readonly MemberAnswer[], clusterId: string | undefined): void {
  if (clusterId === undefined) return
  const other = others.find((one) => one.clusterId !== undefined && one.clusterId !== clusterId)
  if (other?.clusterId === undefined) return
  throw new SignetError(
    'refused',
    `${other.name} answers as a member of the cluster ${other.clusterId}, not of ${clusterId}`,
    {
      hint: `where that is the recovered one, bring this host into it: signet recover --rejoin --cluster=${other.clusterId}`,
    },
  )
}

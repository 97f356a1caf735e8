import { formatRows } from '../../core/format-rows.ts'
import { foldName } from '../../core/member-name.ts'
import type { AdoptingMember } from './adopting-member.ts'

/** The members of a new signer, for root to confirm: the journal that knew them is lost. */
export function formatVoters({ members, kept, signer }: AdoptingMember): readonly string[] {
  const { rows } = members
  const cells = rows.map(({ name, address, isTaken }) => [
    name || '-',
    address ?? '-',
    keptAddress(name, address, kept),
    isTaken ? 'yes' : 'NO',
  ])
  const known = rows.find(({ address }) => address === signer.address)
  return [
    'joins will be closed, with the voting members that etcd lists:',
    ...formatRows([['MEMBER', 'ADDRESS', 'KEPT POLICY', 'STAYS A MEMBER'], ...cells]).map((line) => `  ${line}`),
    ...rows.flatMap(({ name, address, reason }) =>
      reason === undefined ? [] : [`${name || `the member at ${address ?? 'no address'}`} is left out: ${reason}`],
    ),
    ...(known === undefined || signer.answers
      ? []
      : [
          `${known.name} was the signer and does not answer; if it is lost, afterwards: signet member remove ${known.name}`,
        ]),
  ]
}

function keptAddress(name: string, address: string | null, kept: AdoptingMember['kept']): string {
  if (kept === undefined) return '-'
  const pairs = Object.entries(kept.policy.members)
  const found = pairs.find(([other]) => foldName(other) === foldName(name))?.[1]
  if (found === undefined) return 'not listed'
  return found === address ? 'same' : `ANOTHER: ${found}`
}

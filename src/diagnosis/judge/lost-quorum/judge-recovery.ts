import type { Finding } from '../../../core/finding.ts'
import { quoteUntrusted } from '../../../core/quote-untrusted.ts'
import type { RecoveryMarks } from '../../../host/lost-quorum/recovery-marks.ts'

const check = 'recovery'

/** Whether this member has stood down, whether a recovery is finished, and confirmed; by the names of those that are members now. Pure. */
export function judgeRecovery(
  { standDown, receipt, unfinished }: RecoveryMarks,
  members: readonly string[] = [],
): readonly Finding[] {
  return [...judgeUnfinished(unfinished), ...judgeMarker(standDown, unfinished), ...judgeReceipt(receipt, members)]
}

function judgeUnfinished(unfinished: RecoveryMarks['unfinished']): readonly Finding[] {
  if (unfinished === undefined) return []
  const what = 'a run of signet recover was cut off, and this host may be half moved'
  const fix = `run it again, it goes on: signet ${unfinished.arguments}`
  return [{ check, level: 'broken', what, why: 'etcd does not start here before it has ended', fix }]
}

function judgeMarker(marker: RecoveryMarks['standDown'], unfinished: RecoveryMarks['unfinished']): readonly Finding[] {
  if (marker === undefined) return []
  if (marker === 'unreadable') {
    const what = 'etcd does not start: /etc/signet/stood-down is there, and Signet did not write what is in it'
    const why = 'without this member the others may have no quorum'
    return [{ check, level: 'broken', what, why, fix: 'see it: cat /etc/signet/stood-down' }]
  }
  // Said above already, with what to type.
  if (marker.state !== 'stood-down' && unfinished !== undefined) return []
  const of = marker.clusterId === null ? 'its cluster' : `the cluster ${marker.clusterId}`
  return [
    {
      check,
      level: 'attention',
      what: `this member has stood down since ${marker.time}: its etcd does not start`,
      why: `${of} had lost its quorum, and one survivor alone may go on`,
      fix: 'where a survivor was recovered: signet recover --rejoin --cluster=ID; else, on the most advanced one: signet recover',
    },
  ]
}

function judgeReceipt(receipt: RecoveryMarks['receipt'], members: readonly string[]): readonly Finding[] {
  // One that is a member by now has joined with nothing of what it had.
  const open = (receipt?.members ?? []).filter(
    ({ name, state, isConfirmed }) => state === 'gone' && !isConfirmed && !members.includes(name),
  )
  if (receipt === undefined) return []
  if (open.length === 0) {
    return [
      {
        check,
        level: 'note',
        what: `this host was recovered at ${receipt.time}, as the cluster ${receipt.newClusterId}`,
      },
    ]
  }
  const names = open.map(
    ({ name, addresses }) => `${quoteUntrusted(name)} (${addresses.map(quoteUntrusted).join(', ')})`,
  )
  return [
    {
      check,
      level: 'attention',
      what: `nobody has confirmed that these members of the cluster before ${receipt.time} are off or fenced: ${names.join(', ')}`,
      why: 'two of them that wake serve whoever lists them, beside this cluster',
      fix: 'switch them off, wipe or fence them: see the RUNBOOK, "The quorum is gone"; then: signet recover',
    },
  ]
}

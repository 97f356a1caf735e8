import type { JoinReceipt } from './join-receipt.ts'

/** A receipt as an operator reads it. */
export function formatReceipt(receipt: JoinReceipt): string {
  const { name, memberId, totalMs, etcdWaitMs, members, voters, toleratedFailures } = receipt
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
  const waited = etcdWaitMs > 0 ? `, ${seconds(etcdWaitMs)} of it in waits that etcd itself demands` : ''
  const lines = [
    `${name} is a member now (id ${memberId}), after ${seconds(totalMs)}${waited}`,
    formatPause(receipt),
    `members: ${members.join(', ')}; ${voters} vote, ${toleratedFailures} may fail`,
    ...(receipt.advice === undefined ? [] : [`note: ${receipt.advice}`]),
  ]
  return lines.map((line) => `  ${line}\n`).join('')
}

function formatPause({ longestWritePauseMs, canaryWrites, canaryFailures }: JoinReceipt): string {
  if (longestWritePauseMs === undefined) return 'the pause of writes was not measured: the run was interrupted before'
  const pause = Math.round(longestWritePauseMs)
  return `longest pause of writes while it joined: ${pause} ms (${canaryWrites} writes of a canary, ${canaryFailures} failed)`
}

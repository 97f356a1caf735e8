import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Cluster } from './cluster.ts'
import { expectWell } from './expect-well.ts'
import { startWriting } from './steady-writer.ts'

/** The second and the third member, with the command that init printed, while a master writes on. */
export async function joinMembers(cluster: Cluster, note: (text: string) => void): Promise<void> {
  const { followers, founded, signer, master } = cluster
  const writing = await startWriting(master, [signer])
  let receipt = ''
  for (const host of followers) receipt = await joinMember(host, founded.join)
  assert.match(receipt, /on the signer: signet joins close$/m, 'the receipt of the third member')
  const { longestPauseMs, failures, writes } = await writing.stop()
  assert.deepEqual(failures, [], 'no write fails while members join')
  note(`longest pause of ${writes} writes during two joins: ${longestPauseMs} ms`)
  await expectWell({ ...cluster, masters: [] })
}

/** Types the command on a host and sees that it is a member for good; answers with what it said. */
export async function joinMember(host: Host, command: string): Promise<string> {
  const { status, stderr } = await host.tryRun(command, { timeoutSeconds: 120 })
  assert.equal(status, 0, stderr)
  assert.match(stderr, /is a member now/)
  assert.notEqual((await host.tryRun('test -e /root/setup')).status, 0, 'first-boot.sh is gone')
  return stderr
}

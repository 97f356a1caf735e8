import { strict as assert } from 'node:assert'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { etcdctlOfMaster } from '../cluster/request-certificate.ts'
import { startWriting } from '../cluster/steady-writer.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

/** An election, and the time that etcdctl gives a member that is away. */
const longestPauseMs = 20_000

export const reboot: Scenario = {
  name: 'reboot',
  title: 'each host is rebooted in turn, comes back by itself, and writes go on meanwhile',
  run: async ({ cluster, note }) => {
    const found = await cluster()
    const [one, other] = found.masters
    assert.ok(one !== undefined && other !== undefined)
    const pauseMs = await rebootWhileWriting(found, [...found.members, other], one)
    await rebootWhileWriting(found, [one], other)
    note(`longest pause of writes while members rebooted: ${pauseMs} ms`)
  },
}

async function rebootWhileWriting(cluster: Cluster, hosts: readonly Host[], writer: Host): Promise<number> {
  const writing = await startWriting(writer, cluster.members, etcdctlOfMaster(cluster.members))
  for (const host of hosts) {
    await host.reboot()
    await expectWell(cluster)
  }
  const written = await writing.stop()
  assert.ok(written.longestPauseMs < longestPauseMs, JSON.stringify(written, undefined, 1))
  return written.longestPauseMs
}

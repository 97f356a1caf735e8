import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { expectWell } from '../cluster/expect-well.ts'
import { startWriting } from '../cluster/steady-writer.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import { loseMember, putNewHostInPlace } from './replace-member.ts'

/** Longer than anything that join waits for. */
const longCutLimitSeconds = 240
const shortCutMs = 8000

export const cutJoin: Scenario = {
  name: 'cut-join',
  releases: ['trixie'],
  title: 'the network is cut while a host joins: writes go on, and the same command finishes once it is back',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const lost = found.member('etcd-2')
    await loseMember(found, lost)
    const writing = await startWriting(found.master, [found.signer])
    const fresh = await putNewHostInPlace(lab, found, lost)
    const cut = await joinAndCut(fresh, found.founded.join)
    assert.equal(cut.status, 69, cut.stderr)
    assert.match(cut.stderr, /run it again with the same arguments/)
    await fresh.run('test -x /root/setup/first-boot.sh')
    await fresh.plugIn()
    const again = await joinThroughShortCut(fresh, found.founded.join)
    assert.equal(again.status, 0, again.stderr)
    const { failures, longestPauseMs } = await writing.stop()
    assert.deepEqual(failures, [], 'no write fails')
    note(`longest pause of writes: ${longestPauseMs} ms`)
    await expectWell(found)
  },
}

// The learner was added, and nobody can take it out again while the network is away.
async function joinAndCut(host: Host, command: string) {
  return host.tryRun(command, {
    timeoutSeconds: longCutLimitSeconds,
    onLine: (line) => {
      if (line.includes('to the cluster as a learner')) void host.unplug()
    },
  })
}

// A cut that is over before anything gives up.
async function joinThroughShortCut(host: Host, command: string) {
  return host.tryRun(command, {
    timeoutSeconds: longCutLimitSeconds,
    onLine: async (line) => {
      if (!line.includes('] write the configuration of etcd')) return
      await host.unplug()
      await delay(shortCutMs)
      await host.plugIn()
    },
  })
}

import { strict as assert } from 'node:assert'
import { expectWell } from '../cluster/expect-well.ts'
import { commandsUnder, typeCommands } from '../cluster/runbook-commands.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const directory = '/usr/lib/signet-etcd/3.6'
// The disks of these hosts have no room for a snapshot beside the largest database that etcd may have.
const elsewhere = '--snapshot-to=/run'
const limit = { timeoutSeconds: 180 }

/** What OPERATIONS says, on each member in turn; there is the etcd that runs already, so that each can go back afterwards. */
export const etcdUpgrade: Scenario = {
  name: 'etcd-upgrade',
  title: 'the commands of OPERATIONS that upgrade etcd run on each member in turn, and the cluster serves on',
  run: async ({ cluster }) => {
    const all = await cluster()
    const { followers, signer } = all
    const typed = commandsUnder('docs/OPERATIONS.md', '## Upgrade etcd')
    assert.ok(typed.includes(`signet etcd use ${directory}\n`))
    for (const host of [...followers, signer]) {
      const before = await pidOf(host)
      await host.run(`mkdir -p ${directory} && cp /usr/bin/etcd* ${directory}`)
      await typeCommands(host, typed.replaceAll('signet etcd use', `signet etcd use ${elsewhere}`), signer)
      assert.equal(await host.run('readlink /etc/signet/etcd-bin'), `${directory}\n`)
      assert.notEqual(await pidOf(host), before)
      await expectRuns(host, directory)
      await host.run(`signet etcd use ${elsewhere} /usr/bin`, limit)
      await expectRuns(host, '/usr/bin')
      await host.run('rm -r /usr/lib/signet-etcd /run/etcd-*-r*.db /run/etcd-*-r*.json')
    }
    await expectWell(all)
  },
}

function pidOf(host: Host): Promise<string> {
  return host.run('systemctl show -P MainPID etcd')
}

async function expectRuns(host: Host, expected: string): Promise<void> {
  const found = await host.run('readlink -f /proc/$(systemctl show -P MainPID etcd)/exe')
  assert.equal(found, `${expected}/etcd\n`)
}

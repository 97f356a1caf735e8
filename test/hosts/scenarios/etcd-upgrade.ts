import { strict as assert } from 'node:assert'
import { expectWell } from '../cluster/expect-well.ts'
import { commandsUnder, typeCommands } from '../cluster/runbook-commands.ts'
import type { Scenario } from '../runner/scenario.ts'

/** etcd upgraded on each member, as OPERATIONS says; apt finds nothing newer here, but everything else is the same. */
export const etcdUpgrade: Scenario = {
  name: 'etcd-upgrade',
  title: 'the commands of OPERATIONS that upgrade etcd run on each member in turn, and the cluster serves on',
  run: async ({ cluster }) => {
    const all = await cluster()
    const { members, followers, signer } = all
    for (const host of [...followers, signer]) {
      const before = await host.run('systemctl show -P MainPID etcd')
      const said = await typeCommands(host, commandsUnder('docs/OPERATIONS.md', '## Upgrade etcd'), signer)
      for (const { address } of members) assert.match(said, new RegExp(`https://${address}:2379`))
      assert.notEqual(await host.run('systemctl show -P MainPID etcd'), before)
      await host.run('test -s /root/before-upgrade.db && rm /root/before-upgrade.db')
    }
    await expectWell(all)
  },
}

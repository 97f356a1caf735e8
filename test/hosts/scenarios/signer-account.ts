import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

// Whoever could become the account signer could tell the endpoint any address: sshd alone may start the relay.
const forged = 'SSH_CONNECTION="192.0.2.99 1 192.0.2.11 22" SSH_ORIGINAL_COMMAND=get-status'

const ways = {
  'su, by another account': `runuser -u mallory -- env ${forged} su --preserve-environment signer < /dev/null`,
  'su with a command, by another account': `runuser -u mallory -- env ${forged} su signer -c get-status < /dev/null`,
  'su with another shell': `runuser -u mallory -- env ${forged} su --shell=/bin/sh signer -c id < /dev/null`,
  'su, by root': `env ${forged} su --preserve-environment signer < /dev/null`,
  'a log-in at the console': `env ${forged} script --quiet --return --command 'login -p signer' /dev/null < /dev/null`,
} as const

/** The account that callers come in as, on the signer itself. */
export const signerAccount: Scenario = {
  name: 'signer-account',
  title: 'nobody becomes the account signer but through sshd',
  run: async ({ cluster }) => {
    const { signer } = await cluster()
    await signer.run('id mallory 2> /dev/null || useradd mallory')
    for (const [way, script] of Object.entries(ways)) {
      const { status, stdout } = await signer.tryRun(script, { timeoutSeconds: 20 })
      assert.notEqual(status, 0, way)
      assert.doesNotMatch(stdout, /uid=|"version"/, way)
    }
    const { stderr } = await signer.tryRun('su -s /usr/bin/signet-relay signer')
    assert.match(stderr, /Authentication failure/, 'what OPERATIONS says')
    await showControl(signer)
  },
}

// Without the rule the first way leads in: what kept it shut above is the rule, not a slip of the test.
async function showControl(signer: Host): Promise<void> {
  await signer.run('pam-auth-update --package --remove signet-server')
  const { stdout } = await signer
    .tryRun(ways['su, by another account'])
    .finally(() => signer.run('pam-auth-update --package'))
  assert.match(stdout, /"version"/)
  assert.notEqual((await signer.tryRun(ways['su, by another account'])).status, 0)
}

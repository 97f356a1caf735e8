import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const putBack = 'install -D -m 0700 /usr/share/signet/first-boot.sh /root/setup/first-boot.sh'
const everything =
  'cat /etc/signet/* /etc/etcd/pki/* /etc/ssh/sshd_config.d/* /var/lib/signet-setup/* 2>/dev/null | sha256sum'

export const putBackScript: Scenario = {
  name: 'put-back',
  title: 'first-boot.sh that is put back after it has done its work refuses, and changes nothing',
  run: async ({ cluster }) => {
    const { members, founded } = await cluster()
    for (const member of members) {
      for (const command of ['/root/setup/first-boot.sh init', founded.join]) await expectRefused(member, command)
    }
  },
}

async function expectRefused(member: Host, command: string): Promise<void> {
  const before = await member.run(everything)
  const { status, stderr } = await member.tryRun(`${putBack} && ${command}`)
  assert.equal(status, 77, `${member.name}: ${command}: ${stderr}`)
  assert.match(stderr, /^signet: error: this host was set up before \[refused, status 77\]\nsignet: hint: /m)
  assert.equal(await member.run(everything), before)
  await member.run('rm -r /root/setup')
}

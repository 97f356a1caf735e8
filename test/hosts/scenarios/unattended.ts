import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { parse } from 'yaml'
import { installServer } from '../cluster/install-packages.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import { places } from '../set-up/places.ts'

/** What the example uses of cloud-init. */
const cloudConfig = v.object({
  write_files: v.array(v.object({ path: v.string(), permissions: v.string(), content: v.string() })),
  runcmd: v.array(v.array(v.string())),
})

export const unattended: Scenario = {
  name: 'unattended',
  releases: ['bookworm'],
  title: 'the cloud-init example of the RUNBOOK founds a cluster, and a file answers everything for the next host',
  run: async ({ lab }) => {
    const leader = await lab.install('etcd-5', '192.0.2.15')
    const { pin, address } = v.parse(
      v.object({ pin: v.string(), address: v.string() }),
      JSON.parse(await applyCloudConfig(leader)),
    )
    const next = await lab.install('etcd-6', '192.0.2.16')
    await installServer(next)
    await next.run('cat > /root/setup.yaml', { input: `signerIp: ${address}\npin: ${pin}\n` })
    const receipt = await next.run('/root/setup/first-boot.sh join --config /root/setup.yaml --json')
    assert.deepEqual(JSON.parse(receipt).members, ['etcd-5', 'etcd-6'])
    for (const host of [leader, next]) await host.discard()
  },
}

/** What cloud-init does with the example; answers with what its commands print. */
async function applyCloudConfig(host: Host): Promise<string> {
  const text = readFileSync(`${places.checkout}/docs/RUNBOOK.md`, 'utf8')
  const [, example = ''] = /```yaml\n(#cloud-config\n.*?)```/s.exec(text) ?? []
  const { write_files: files, runcmd } = v.parse(cloudConfig, parse(example))
  // The example has the packages where no other file of this suite has them.
  await host.run('cp /opt/signet/signet_*_amd64.deb /opt/signet/signet-server_*_amd64.deb /opt/')
  for (const { path, permissions, content } of files) {
    await host.run(`cat > ${path} && chmod ${permissions} ${path}`, { input: content })
  }
  const commands = runcmd.map((words) => words.map((word) => `'${word}'`).join(' '))
  const said = await host.run(`set -e\nexport DEBIAN_FRONTEND=noninteractive\n${commands.join('\n')}`, {
    timeoutSeconds: 180,
  })
  await host.sync()
  return said.trimEnd().split('\n').at(-1) ?? ''
}

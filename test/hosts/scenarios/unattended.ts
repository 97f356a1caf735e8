import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import { places } from '../set-up/places.ts'

const limit = { timeoutSeconds: 180 }

interface CloudConfig {
  readonly hostname: string
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[]
  readonly runcmd: readonly (readonly string[])[]
}

/**
 * Two hosts with the examples for cloud-init that RUNBOOK shows; they have the names and addresses of the cluster's. They are
 * hardened: what root makes is root's alone.
 */
export const unattended: Scenario = {
  name: 'unattended',
  releases: ['trixie'],
  title: 'the examples for cloud-init set up hosts where root has the umask 077, and nobody is asked anything',
  run: async ({ lab }) => {
    const [first, second] = readExamples()
    assert(first !== undefined && second !== undefined)
    const signer = await lab.install(first.hostname, '192.0.2.11')
    const member = await lab.install(second.hostname, '192.0.2.12')
    for (const host of [signer, member]) {
      host.umask = '077'
      await host.run('cp /opt/signet/*.deb /opt')
    }
    const { pin } = JSON.parse(await setUp(signer, first))
    const withPin = JSON.stringify(second).replace('SHA256:PIN', pin)
    assert(withPin.includes(pin))
    const receipt = JSON.parse(await setUp(member, JSON.parse(withPin)))
    assert.deepEqual(receipt.members, [first.hostname, second.hostname])
    for (const host of [signer, member]) {
      assert.equal(await host.run('stat -c "%a %U" /root/setup.log'), '600 root\n')
      const log = await host.run('cat /root/setup.log')
      assert.match(log, host === signer ? /SAVE \/etc\/etcd\/pki\/ca\.key NOW/ : /is a member now/)
      for (const line of await host.run('journalctl --output=cat -t signet-setup').then(lines)) {
        assert(log.includes(line), `the journal says what the log says: ${line}`)
      }
    }
    for (const host of [signer, member]) await host.discard()
  },
}

function lines(text: string): readonly string[] {
  return text.trim().split('\n')
}

function readExamples(): readonly CloudConfig[] {
  const text = readFileSync(`${places.checkout}/docs/RUNBOOK.md`, 'utf8')
  const blocks = [...text.matchAll(/```yaml\n(#cloud-config\n.*?)```/gs)].map(([, block = '']) => block)
  return blocks.map((block) => parse(block))
}

/** What cloud-init does, by hand; answers with what the last command wrote to standard output. */
async function setUp(host: Host, { write_files: files, runcmd }: CloudConfig): Promise<string> {
  for (const { path, permissions, content } of files) {
    await host.run(`cat > ${path} && chmod ${permissions} ${path}`, { input: content })
  }
  let said = ''
  for (const words of runcmd) {
    const command = words.map((word) => `'${word}'`).join(' ')
    said = await host.run(`DEBIAN_FRONTEND=noninteractive ${command} < /dev/null`, limit)
  }
  return said
}

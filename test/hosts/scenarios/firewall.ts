import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { expectWell } from '../cluster/expect-well.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import { places } from '../set-up/places.ts'

/** The firewall that OPERATIONS shows, on every member. */
export const firewall: Scenario = {
  name: 'firewall',
  releases: ['trixie'],
  title: 'with the firewall of OPERATIONS everything works on, and masters reach no peer port',
  run: async ({ cluster, note }) => {
    const all = await cluster()
    const { members, master } = all
    if ((await members[0]?.tryRun('nft list ruleset'))?.status !== 0) {
      note('not tried: the kernel of this machine has no nftables')
      return
    }
    assert(await canReach(master, members, 2380), 'without it masters reach the peer ports')
    assert.equal(await judgeReach(master), 'attention', 'doctor says so')
    for (const host of members) {
      await host.run('cat > /etc/nftables.conf && nft --check --file /etc/nftables.conf', { input: readExample() })
      await host.run('nft --file /etc/nftables.conf')
    }
    try {
      assert(!(await canReach(master, members, 2380)), 'masters reach no peer port')
      assert.equal(await judgeReach(master), 'well', 'doctor says so')
      await expectWell(all)
      for (const host of [...members, master]) await host.run('signet renew --force')
    } finally {
      for (const host of members) await host.run('nft flush ruleset')
    }
  },
}

function readExample(): string {
  const text = readFileSync(`${places.checkout}/docs/OPERATIONS.md`, 'utf8')
  const [, rules] = /```nft\n(.*?)```/s.exec(text) ?? []
  assert(rules !== undefined, 'OPERATIONS has no example of a firewall')
  return rules
}

async function judgeReach(master: Host): Promise<string | undefined> {
  const { stdout } = await master.tryRun('signet doctor --json')
  const { findings }: { readonly findings: readonly { check: string; level: string }[] } = JSON.parse(stdout)
  return findings.find(({ check }) => check === 'peer-reach')?.level
}

async function canReach(from: Host, hosts: readonly Host[], port: number): Promise<boolean> {
  const ends = await Promise.all(
    hosts.map(({ address }) => from.tryRun(`timeout 2 bash -c 'exec 3<> /dev/tcp/${address}/${port}'`)),
  )
  return ends.some(({ status }) => status === 0)
}

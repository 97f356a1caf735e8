import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import { type Cluster, first } from './cluster.ts'
import { expectNothingFailed } from './install-packages.ts'
import { expectToReachEtcd } from './request-certificate.ts'

const limitSeconds = 90

/** Waits until everything is as it should be, at all hosts; answers with how long that took, in seconds. */
export async function expectWell({
  members,
  masters,
  signer,
}: Pick<Cluster, 'members' | 'masters' | 'signer'>): Promise<number> {
  const startedMs = performance.now()
  for (const host of members) {
    await host.until('signet etcdctl -- endpoint health', limitSeconds, `etcd of ${host.name} is healthy`)
  }
  const seconds = (performance.now() - startedMs) / 1000
  await expectMembers(members)
  await signer.until('systemctl is-active signet-authority signet-endpoint', 30)
  for (const host of [...members, ...masters]) await expectSignerToAnswer(host, signer, members)
  for (const master of masters) await expectToReachEtcd(master, members)
  for (const host of [...members, ...masters]) await expectNothingFailed(host)
  return seconds
}

/** etcd has these members and no other, all voting and started. */
async function expectMembers(members: readonly Host[]): Promise<void> {
  const list = await first(members).run('signet etcdctl -- member list')
  const found = list
    .trim()
    .split('\n')
    .map((line) => line.split(', '))
    .map(([, state, name]) => `${name} ${state}`)
  assert.deepEqual(found.sort(), members.map(({ name }) => `${name} started`).sort(), list)
  assert.ok(!/, true$/m.test(list), `nobody is a learner:\n${list}`)
}

async function expectSignerToAnswer(host: Host, signer: Host, members: readonly Host[]): Promise<void> {
  const peers = await host.run(`ssh signer@${signer.address} get-peers`)
  const expected = members.map(({ address }) => `https://${address}:2379`).sort()
  assert.deepEqual(peers.trim().split('\n').sort(), expected, `${host.name} asks ${signer.name} for its peers`)
}

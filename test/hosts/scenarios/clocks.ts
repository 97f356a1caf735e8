import { strict as assert } from 'node:assert'
import { certificateOf, readSerial } from '../cluster/certificate.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { installServer } from '../cluster/install-packages.ts'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import type { Scenario } from '../runner/scenario.ts'

/**
 * All hosts share the clock of one kernel, so each program that asks is told another time (libfaketime): signet and what
 * it starts. etcd asks the kernel itself and cannot be told anything; that certificates look expired or not yet valid to
 * it is not shown here.
 */
export const clocks: Scenario = {
  name: 'clocks',
  releases: ['trixie'],
  title: 'with clocks hours apart nobody joins, requests or renews, the message says why, and nothing is changed',
  run: async ({ lab, cluster }) => {
    const found = await cluster()
    await expectNoJoin(lab, found)
    await expectNoRequest(found)
    await expectSlowSignerToSignNothing(found)
    await expectWell(found)
  },
}

async function expectNoJoin(lab: Laboratory, { founded, signer }: Cluster): Promise<void> {
  const fresh = await lab.install('etcd-7', '192.0.2.17')
  await installServer(fresh)
  const before = await signer.run('signet etcdctl -- member list')
  for (const [shift, word] of [
    ['+3h', 'ahead of'],
    ['-3h', 'behind'],
  ] as const) {
    const { status, stderr } = await fresh.tryRun(`faketime -f '${shift}' ${founded.join}`)
    assert.equal(status, 75, stderr)
    assert.match(
      stderr,
      new RegExp(
        `^signet: error: the clock of this host is \\d+ s ${word} the signer's \\[try-later, status 75\\]$`,
        'm',
      ),
    )
  }
  await fresh.run('test -x /root/setup/first-boot.sh && ! ls /etc/etcd/pki/* 2>/dev/null')
  assert.equal(await signer.run('signet etcdctl -- member list'), before)
  await fresh.discard()
}

async function expectNoRequest({ master, signer }: Cluster): Promise<void> {
  const before = await readSerial(master)
  for (const [shift, word] of [
    ['+3h', 'ahead of'],
    ['-3h', 'behind'],
  ] as const) {
    const { status, stderr } = await master.tryRun(
      `faketime -f '${shift}' signet request --signer-ip=${signer.address}`,
    )
    assert.equal(status, 78, stderr)
    assert.match(
      stderr,
      new RegExp(
        `^signet: error: the clock of this host is 180 minutes ${word} the signer's \\[configuration, status 78\\]$`,
        'm',
      ),
    )
  }
  const { status, stderr } = await master.tryRun("faketime -f '-3h' signet renew --force")
  assert.equal(status, 78, stderr)
  assert.match(stderr, /^signet: hint: the clock of this host is behind/m)
  assert.equal(await readSerial(master), before, certificateOf(master))
}

const dropIn = '/etc/systemd/system/signet-authority.service.d/clock.conf'

async function expectSlowSignerToSignNothing({ signer, master }: Cluster): Promise<void> {
  const preload = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
  const environment = `LD_PRELOAD=${preload} FAKETIME=-3h FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DISABLE_SHM=1`
  await signer.run(`
    set -e
    mkdir -p ${dropIn.slice(0, dropIn.lastIndexOf('/'))}
    printf '[Service]\\nEnvironment=${environment}\\n' > ${dropIn}
    systemctl daemon-reload
    systemctl restart signet-authority`)
  const before = await readSerial(master)
  const { status, stderr } = await master.tryRun('signet renew --force')
  assert.equal(status, 75, stderr)
  assert.match(stderr, /clock/)
  assert.equal(await readSerial(master), before)
  assert.match(await master.run(`ssh signer@${signer.address} get-peers`), /:2379$/m)
  await backToOwnTime(signer)
  await master.run('signet renew --force')
  assert.notEqual(await readSerial(master), before)
}

async function backToOwnTime(signer: Host): Promise<void> {
  await signer.run(`rm ${dropIn} && systemctl daemon-reload && systemctl restart signet-authority`)
}

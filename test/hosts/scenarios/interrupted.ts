import { strict as assert } from 'node:assert'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { changeQuota, fillAndEmpty } from '../cluster/full-etcd.ts'
import { expectNothingFailed, installServer } from '../cluster/install-packages.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

/** Everything that strikes a run in the middle. */
type Strike = (host: Host) => Promise<void>

export const interruptedInit: Scenario = {
  name: 'interrupted-init',
  title:
    'first-boot.sh init, killed or powered off at every step in turn, finishes when run again; its etcd, when full, takes writes again as OPERATIONS says',
  run: async ({ lab, note }) => {
    const host = await lab.install('etcd-9', '192.0.2.19')
    await installServer(host)
    note(`struck ${await strikeAtEveryStep(host, '/root/setup/first-boot.sh init --quota=64MiB')} times`)
    await expectFinished(host)
    await host.run('signet etcdctl -- endpoint health')
    await fillAndEmpty(host)
    await changeQuota(host)
    await host.discard()
  },
}

export const interruptedJoin: Scenario = {
  name: 'interrupted-join',
  // It passes on both; the other release has more to do already.
  releases: ['bookworm'],
  title: 'first-boot.sh join, killed or powered off at every step in turn, finishes when run again',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const host = await lab.install('etcd-4', '192.0.2.14')
    await installServer(host)
    note(`struck ${await strikeAtEveryStep(host, found.founded.join)} times`)
    await expectFinished(host)
    await expectWell(withMember(found, host))
    await found.signer.run('signet member remove etcd-4')
    await host.discard()
    await expectWell(found)
  },
}

/** Strikes the first run after its first step, the next after its second, until one comes to its end. */
async function strikeAtEveryStep(host: Host, command: string): Promise<number> {
  for (let step = 1; ; step += 1) {
    const { wasStruck, status, said } = await runAndStrike(host, command, { step, strike: strikes[step % 2] ?? kill })
    if (!wasStruck) {
      assert.equal(status, 0, said)
      return step - 1
    }
    // Nobody can run again what is gone: by then all must be done, and the operator must have been told so.
    if ((await host.tryRun('test -x /root/setup/first-boot.sh')).status !== 0) {
      assert.match(said, lastWords)
      return step
    }
  }
}

async function runAndStrike(
  host: Host,
  command: string,
  { step, strike }: { readonly step: number; readonly strike: Strike },
) {
  let struck: Promise<void> | undefined
  const finished = new RegExp(`^ *\\[ *${step}/\\d+\\] .* \\([0-9.]+ m?s\\)$`)
  const { status, stderr } = await host.tryRun(`echo $$ > /run/first-boot.pid; exec ${command}`, {
    timeoutSeconds: 120,
    onLine: (line) => {
      if (finished.test(line)) struck ??= strike(host)
    },
  })
  await struck
  return { wasStruck: struck !== undefined, status, said: stderr }
}

const lastWords = /members: .* may fail|keep it and the file apart/

async function kill(host: Host): Promise<void> {
  await host.tryRun('kill -KILL $(cat /run/first-boot.pid)')
}

async function powerOff(host: Host): Promise<void> {
  await host.cutPower()
  await host.boot()
}

const strikes: readonly Strike[] = [powerOff, kill]

async function expectFinished(host: Host): Promise<void> {
  assert.notEqual((await host.tryRun('test -e /root/setup')).status, 0, 'first-boot.sh is gone')
  await expectNothingFailed(host)
}

function withMember(cluster: Cluster, host: Host) {
  const { members, masters, signer } = cluster
  return { members: [...members, host], masters, signer }
}

import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import { type HeldWatch, holdWatch } from './held-watch.ts'
import { type Acknowledged, expectKept, keysPrefix, startKeys } from './kept-writes.ts'
import { etcdctlOfMaster } from './request-certificate.ts'

/** A cluster with one client. */
export interface ServedCluster {
  readonly members: readonly Host[]
  readonly master: Host
}

/** What a client has from a cluster that has lost its quorum meanwhile. */
export interface LostQuorum {
  readonly etcdctl: string
  readonly acknowledged: readonly Acknowledged[]
  readonly watch: HeldWatch
}

/** What `recover` keeps on its host, as far as scenarios want it. */
export interface KeptReceipt {
  readonly newClusterId: string
  readonly oldClusterId: string
  readonly revisionAfter: string
  readonly source: { readonly kind: 'snapshot' | 'database'; readonly revision: string }
  readonly steps: readonly { readonly title: string; readonly durationMs: number }[]
}

const limit = { timeoutSeconds: 300 }

/** Members lose their power for good while a client writes, and holds a watch. */
export async function loseQuorum({ members, master }: ServedCluster, lost: readonly Host[]): Promise<LostQuorum> {
  const etcdctl = etcdctlOfMaster(members)
  const writing = await startKeys(master, etcdctl)
  const watch = await holdWatch(master, etcdctl, keysPrefix)
  await Promise.all(lost.map((host) => host.cutPower()))
  return { etcdctl, acknowledged: await writing.stop(), watch }
}

/** A member that stood down stays down: over a reboot, and when somebody starts etcd by hand, who is told so. */
export async function expectStoodDown(host: Host): Promise<void> {
  await host.reboot()
  const { status } = await host.tryRun('systemctl start etcd')
  assert.notEqual(status, 0, `${host.name} has stood down, and its etcd can be started`)
  assert.notEqual((await host.tryRun('pgrep -x etcd')).status, 0, `etcd of ${host.name} runs`)
  assert.match(await host.run('cat /etc/signet/stood-down'), /While this file is here etcd does not start/)
  assert.match((await host.tryRun('systemctl status etcd')).stdout, /stood-down/)
}

/** Types a command at a terminal and says yes to what it asks; answers with all that it showed. */
export async function sayYes(host: Host, command: string, times = 8): Promise<string> {
  const line = `script --quiet --return --command '${command}' /dev/null`
  const { status, stdout } = await host.tryRun(line, { ...limit, answers: Array<string>(times).fill('y') })
  assert.equal(status, 0, `${host.name}: ${command}: status ${status}\n${stdout}`)
  return stdout.replaceAll('\r', '')
}

export async function readReceipt(host: Host): Promise<KeptReceipt> {
  return JSON.parse(await host.run('cat /var/lib/signet-setup/recovered.json'))
}

/** What was acknowledged is there, and who watched was told to list anew. */
export async function expectNothingSilent(
  { master }: ServedCluster,
  survivor: Host,
  lost: LostQuorum,
): Promise<string> {
  const { source, revisionAfter, steps } = await readReceipt(survivor)
  const revision = BigInt(source.revision)
  assert.ok(BigInt(revisionAfter) >= revision + 1_000_000_000n, `raised from ${revision} to ${revisionAfter}`)
  const kept = await expectKept(master, lost.etcdctl, { acknowledged: lost.acknowledged, revision })
  assert.match(await lost.watch.ended(), /required revision has been compacted/)
  const took = steps.map(({ title, durationMs }) => `${(durationMs / 1000).toFixed(1)} s ${title}`)
  return `${kept}, from a ${source.kind}; ${took.join(', ')}`
}

/** A member of the old cluster that is alone: serializable reads are all that it answers. */
export async function expectNoQuorum(host: Host): Promise<void> {
  await host.until('pgrep -x etcd', 30)
  const { status } = await host.tryRun('signet etcdctl -- put --command-timeout=3s alone 1')
  assert.notEqual(status, 0, `${host.name} alone takes no write`)
}

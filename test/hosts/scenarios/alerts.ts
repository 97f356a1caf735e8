import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { adoptKey, joinAgain, removeLostSigner } from '../cluster/adopt-key.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { hurryTimer, timerDropIn } from '../cluster/hurry-timer.ts'
import { renewNow, setLifetimes, usualLifetimes } from '../cluster/lifetimes.ts'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import { controlPlane } from '../lab/network.ts'
import { AlertReceiver, type ReceivedAlert } from '../monitoring/alert-receiver.ts'
import { Dashboard } from '../monitoring/dashboard.ts'
import { installExporter, installMonitoring, purgeExporter } from '../monitoring/install-monitoring.ts'
import { Prometheus } from '../monitoring/prometheus.ts'
import type { Scenario } from '../runner/scenario.ts'

/** What Prometheus, Alertmanager and the one whom they wake see. */
interface Watch {
  readonly cluster: Cluster
  readonly prometheus: Prometheus
  readonly receiver: AlertReceiver
  readonly dashboard: Dashboard
}

/** From a change at a host to the message: its timer, two scrapes, `for:`, Alertmanager's groups; with room for a busy machine. */
const limitSeconds = 60

export const alerts: Scenario = {
  name: 'alerts',
  isLong: true,
  title:
    "Debian's Prometheus and Alertmanager tell of a signer that stops or is lost, of a master that does not renew and of an open peer port, and when it is over",
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const receiver = await AlertReceiver.listen(controlPlane.gateway)
    try {
      const monitor = await lab.install('monitor', '192.0.2.30')
      const watch: Watch = {
        cluster: found,
        prometheus: new Prometheus(monitor.address),
        receiver,
        dashboard: new Dashboard(),
      }
      await beginToWatch(watch, monitor, note)
      await closeJoins(watch)
      await stopAndStart(watch, note)
      await openPeerPort(watch)
      await stopMetrics(watch)
      await forgetMaster(watch)
      await loseSigner(watch, lab, note)
      assert.deepEqual(watch.dashboard.alwaysEmpty, [])
      await monitor.discard()
    } finally {
      receiver.close()
    }
  },
}

/** node_exporter comes after Signet, and finds what the timer writes as it is shipped. */
async function beginToWatch({ cluster, ...watch }: Watch, monitor: Host, note: (text: string) => void): Promise<void> {
  const hosts = [...cluster.members, ...cluster.masters]
  // A master is known to the signer once it has renewed twice.
  await renewNow(cluster.masters)
  await renewNow(cluster.masters)
  await Promise.all(hosts.map((host) => installExporter(host, cluster.signer)))
  const startedMs = performance.now()
  await installMonitoring(monitor, cluster, watch.receiver.url)
  await watch.prometheus.until(`count(signet_host_info{cluster="production"}) == ${hosts.length}`, 100)
  note(`metrics of all hosts in Prometheus ${secondsSince(startedMs)} s after node_exporter was installed`)
  for (const host of hosts) await writeOften(host)
  // The first of them is to be the first that fails.
  await renewNow(cluster.masters.slice(1))
  await watch.prometheus.until('signet:horizon_seconds', limitSeconds)
  assert.deepEqual(await watch.prometheus.listFaults(), [])
  assert.deepEqual(await watch.prometheus.query('node_textfile_scrape_error != 0'), [])
}

/** Every three seconds, instead of every minute. */
async function writeOften(host: Host): Promise<void> {
  const settings = ['OnUnitInactiveSec=', 'OnUnitInactiveSec=3s', 'RandomizedDelaySec=0', 'AccuracySec=100ms']
  await hurryTimer(host, 'signet-metrics', settings)
}

/** Joins that are open in a whole cluster are told of; what the message says to type ends it. */
async function closeJoins({ cluster: { signer }, receiver, prometheus }: Watch): Promise<void> {
  const { annotations } = await receiver.until('SignetJoinsOpen', 'firing', 60 + limitSeconds)
  assert.equal(annotations['summary'], 'Any host of the control-plane network can become a member.')
  const [, command = ''] = /On the signer: (.+)$/.exec(annotations['description'] ?? '') ?? []
  await signer.run(`${command} --yes`)
  await receiver.until('SignetJoinsOpen', 'resolved', limitSeconds)
  await expectQuiet(prometheus)
}

const services = 'signet-endpoint.socket signet-endpoint.service signet-authority.socket signet-authority.service'

async function stopAndStart(
  { cluster, receiver, prometheus, dashboard }: Watch,
  note: (text: string) => void,
): Promise<void> {
  const { signer, master } = cluster
  const horizon = await readHorizon(signer)
  receiver.forget()
  const startedMs = performance.now()
  await signer.run(`systemctl stop ${services}`)
  const down = await receiver.until('SignetSignerDown', 'firing', limitSeconds)
  note(`signer stopped, told of ${secondsSince(startedMs)} s later: ${down.annotations['description']}`)
  expectHorizon(down, horizon)
  assert.deepEqual(down.labels, { alertname: 'SignetSignerDown', cluster: 'production', severity: 'warning' })
  assert.notEqual((await master.tryRun('signet renew --force')).status, 0)
  await prometheus.until('signet_renewal_failures > 0', limitSeconds)
  await dashboard.look(prometheus)
  await signer.run(`systemctl start ${services}`)
  const over = await receiver.until('SignetSignerDown', 'resolved', limitSeconds)
  assert.deepEqual([over.labels, over.annotations['summary']], [down.labels, down.annotations['summary']])
  await renewNow([master])
  await refuse(master, signer)
  await prometheus.until('sum by (code) (rate(signet_certificates_refused_total[10m]))', limitSeconds)
  await expectQuiet(prometheus)
  await dashboard.look(prometheus)
}

/** A certificate of another name is not signed. */
async function refuse(master: Host, signer: Host): Promise<void> {
  const csr =
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=kubemaster-9'
  const { status } = await master.tryRun(`${csr} 2> /dev/null | base64 | ssh signer@${signer.address} kubemaster-1`)
  assert.equal(status, 77)
}

const etcdDropIn = '/etc/systemd/system/etcd.service.d/zz-open.conf'

/** A member whose etcd runs without the flag that keeps masters out of its peer port. */
async function openPeerPort({ cluster, receiver, prometheus }: Watch): Promise<void> {
  const { signer } = cluster
  const open = cluster.followers[0]
  assert.ok(open !== undefined)
  receiver.forget()
  const flags = '$$(echo "$$SIGNET_ETCD_FLAGS" | sed "s/--peer-cert-allowed-hostname=[^ ]*//")'
  await open.run(`
    cat > ${etcdDropIn} <<'EOF'
[Service]
ExecStart=
ExecStart=/bin/sh -c 'exec /etc/signet/etcd-bin/etcd ${flags}'
EOF
    systemctl daemon-reload && systemctl restart etcd`)
  await probeAnew(signer)
  const { annotations } = await receiver.until('SignetPeerPortOpen', 'firing', limitSeconds)
  assert.equal(annotations['summary'], 'The peer port of 1 member lets in a client certificate.')
  assert.match((await signer.tryRun('signet doctor')).stdout, new RegExp(`${open.address}:2380 lets in`))
  await open.run(`rm ${etcdDropIn} && systemctl daemon-reload && systemctl restart etcd`)
  await probeAnew(signer)
  await receiver.until('SignetPeerPortOpen', 'resolved', limitSeconds)
  await expectQuiet(prometheus)
}

/** Not within the hour, but with the next metrics. */
async function probeAnew(signer: Host): Promise<void> {
  await signer.run('rm -f /run/signet-metrics/peer-ports.json')
}

/** A host that writes no more is told of, by the age of the file behind the link. */
async function stopMetrics({ cluster: { master }, receiver }: Watch): Promise<void> {
  receiver.forget()
  await master.run(
    'systemctl stop signet-metrics.timer signet-metrics.service && touch -d "1 hour ago" /var/lib/signet-metrics/signet.prom',
  )
  const { annotations } = await receiver.until('SignetMetricsStale', 'firing', limitSeconds)
  assert.match(annotations['summary'] ?? '', new RegExp(master.address))
  await master.run('systemctl start signet-metrics.timer signet-metrics.service')
  await receiver.until('SignetMetricsStale', 'resolved', limitSeconds)
}

const shortLifeSeconds = 240

/** A master does not renew: it is overdue, which is no news while no signer answers; then it has expired, until it does what the message says. */
async function forgetMaster({ cluster, receiver, prometheus }: Watch): Promise<void> {
  const { signer } = cluster
  const master = cluster.masters.at(-1)
  assert.ok(master !== undefined)
  await master.run('systemctl stop signet-renew.timer')
  await setLifetimes(signer, { ...usualLifetimes, client: `${shortLifeSeconds}s` })
  await renewNow([master])
  await setLifetimes(signer, usualLifetimes)
  receiver.forget()
  const short = await receiver.until('SignetHorizonShort', 'firing', limitSeconds)
  assert.match(short.annotations['description'] ?? '', new RegExp(`ends in 3m .*s; .*${master.name} is the first`))
  const overdue = await receiver.until('SignetRenewalOverdue', 'firing', shortLifeSeconds)
  assert.equal(overdue.annotations['summary'], `${master.name} does not renew.`)
  await signer.run(`systemctl stop ${services}`)
  await receiver.until('SignetSignerDown', 'firing', limitSeconds)
  assert.ok((await prometheus.listAlerts()).includes('SignetRenewalOverdue suppressed'))
  await signer.run(`systemctl start ${services}`)
  await receiver.until('SignetSignerDown', 'resolved', limitSeconds)
  const expired = await receiver.until('SignetCertificateExpired', 'firing', shortLifeSeconds)
  assert.equal(expired.annotations['summary'], `The certificate of ${master.name} has expired.`)
  const [, command = ''] = /^On that host: (signet renew)\. /.exec(expired.annotations['description'] ?? '') ?? []
  assert.match(expired.annotations['description'] ?? '', /Restart neither etcd nor kube-apiserver before/)
  await master.run(command)
  for (const name of ['SignetCertificateExpired', 'SignetHorizonShort']) {
    await receiver.until(name, 'resolved', limitSeconds)
  }
  await master.run('systemctl start signet-renew.timer')
  await expectQuiet(prometheus)
}

/** The host of the signer is gone for good: the horizon counts on, until a member adopts the key. */
async function loseSigner({ cluster, ...watch }: Watch, lab: Laboratory, note: (text: string) => void): Promise<void> {
  const { receiver, prometheus, dashboard } = watch
  const [lost, heir] = [cluster.signer, cluster.followers[0]]
  assert.ok(heir !== undefined)
  const horizon = await readHorizon(lost)
  receiver.forget()
  const startedMs = performance.now()
  await lost.discard()
  const down = await receiver.until('SignetSignerDown', 'firing', limitSeconds)
  note(`its host lost, told of ${secondsSince(startedMs)} s later: ${down.annotations['description']}`)
  expectHorizon(down, horizon)
  const [counted] = await prometheus.query('signet:journal_first_expiry_timestamp_seconds')
  assert.ok(Math.abs((counted?.value ?? 0) * 1000 - horizon.atMs) < 1000, 'the lost journal is what counts')
  await adoptKey(cluster, heir, ['y', 'y'])
  await receiver.until('SignetSignerDown', 'resolved', limitSeconds)
  const [unknown] = await prometheus.until('signet:masters_unknown', limitSeconds)
  assert.equal(unknown?.value, cluster.masters.length, 'the new signer does not know its masters')
  await dashboard.look(prometheus)
  await removeLostSigner(cluster, heir)
  await expectQuiet(prometheus)
  await expectKnown(cluster, prometheus)
  for (const host of [...cluster.members, ...cluster.masters]) await forgetWatching(host)
  await joinAgain(cluster, lost, lab)
}

/** Masters that have renewed twice since the new signer has met them are known to it, and its horizon is theirs. */
async function expectKnown({ signer, masters }: Cluster, prometheus: Prometheus): Promise<void> {
  for (const host of masters) await host.run('for time in 1 2 3; do signet renew --force; done')
  await prometheus.until('absent(signet:masters_unknown)', limitSeconds)
  const { atMs } = await readHorizon(signer)
  const told = `abs(signet:horizon_timestamp_seconds - ${atMs / 1000}) < 60`
  await prometheus.until(told, limitSeconds)
  await expectQuiet(prometheus)
}

async function forgetWatching(host: Host): Promise<void> {
  await purgeExporter(host)
  await host.run(
    `rm ${timerDropIn('signet-metrics')} && systemctl daemon-reload && systemctl restart signet-metrics.timer`,
  )
}

interface Horizon {
  readonly atMs: number
  readonly name: string
}

/** What the signer itself says. */
async function readHorizon(signer: Host): Promise<Horizon> {
  const { stdout } = await signer.tryRun('signet status --json')
  const { horizon } = JSON.parse(stdout)
  assert.ok(horizon?.at, stdout)
  return { atMs: Date.parse(horizon.at), name: horizon.name }
}

const minuteMs = 60_000

/** The message says the same, to the minute: when, in how long, and who. */
function expectHorizon({ annotations, receivedMs }: ReceivedAlert, { atMs, name }: Horizon): void {
  const description = annotations['description'] ?? ''
  const [, hours, minutes, date, time, who] =
    /fails in (\d+)h (\d+)m \d+s, at (\S+) (\d\d:\d\d) UTC; .* (\S+) is the first\.$/.exec(description) ?? []
  const inMs = (Number(hours) * 60 + Number(minutes)) * minuteMs
  assert.ok(Math.abs(Date.parse(`${date}T${time}Z`) - atMs) <= minuteMs, description)
  assert.ok(Math.abs(receivedMs + inMs - atMs) <= 1.5 * minuteMs, description)
  assert.equal(who, name, description)
}

/** Nothing fires any more, at Prometheus and at Alertmanager. */
async function expectQuiet(prometheus: Prometheus): Promise<void> {
  await prometheus.until('absent(ALERTS)', limitSeconds)
  const limitMs = performance.now() + limitSeconds * 1000
  while ((await prometheus.listAlerts()).length > 0 && performance.now() < limitMs) await delay(500)
  assert.deepEqual(await prometheus.listAlerts(), [])
}

function secondsSince(startedMs: number): string {
  return ((performance.now() - startedMs) / 1000).toFixed(0)
}

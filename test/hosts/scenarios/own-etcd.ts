import { strict as assert } from 'node:assert'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import { places } from '../set-up/places.ts'

const limit = { timeoutSeconds: 180 }
const apt = 'DEBIAN_FRONTEND=noninteractive apt-get -q --yes'
const packages = '/opt/signet/signet_*_amd64.deb /opt/signet/signet-server_*_amd64.deb'
const programs = ['etcd', 'etcdctl', 'etcdutl'] as const
const unit = '/etc/systemd/system/etcd.service'
const link = '/etc/signet/etcd-bin'

/** Hosts without any package of etcd, which run an etcd that somebody put into a directory. */
export const ownEtcd: Scenario = {
  name: 'own-etcd',
  title: 'hosts without etcd-server found and join a cluster with an etcd of a directory, under a unit of ours',
  releases: ['trixie'],
  run: async ({ lab, note }) => {
    const first = await lab.install('etcd-5', '192.0.2.15')
    const second = await lab.install('etcd-6', '192.0.2.16')
    for (const host of [first, second]) await installAlone(host)
    const version = await bringEtcd(first, '/opt/etcd-new')
    await expectNoneTaken(first)
    await expectUndone(first)
    await found(first)
    await doctorSees(first)
    note(`${version} under a unit of ours`)
    await join(first, second, version)
    await surviveRemoval(second)
    await first.reboot()
    await first.until('signet etcdctl -- endpoint health', 90, 'etcd is healthy after a boot')
    for (const host of [first, second]) await host.discard()
  },
}

async function installAlone(host: Host): Promise<void> {
  await host.run(`${apt} install --no-install-recommends ${packages}`, limit)
  await host.run('test ! -e /usr/bin/etcd && id etcd')
  assert.notEqual((await host.tryRun('systemctl cat etcd.service')).status, 0, 'no package brings an etcd.service')
  await host.sync()
}

/** The etcd 3.6 of Go modules, where it was built, else the distribution's: unpacked, and not installed. */
async function bringEtcd(host: Host, directory: string): Promise<string> {
  const built = `${places.checkout}/.cache/tools/etcd-3.6`
  if (programs.every((program) => existsSync(`${built}/${program}`))) {
    mkdirSync(`${host.root}${directory}`, { recursive: true, mode: 0o755 })
    for (const program of programs) cpSync(`${built}/${program}`, `${host.root}${directory}/${program}`)
  } else {
    const unpack = 'for deb in /var/cache/apt/archives/etcd-*.deb; do dpkg-deb -x "$deb" /run/unpacked; done'
    await host.run(`${unpack}; mkdir -p ${directory} && cp /run/unpacked/usr/bin/etcd* ${directory}`)
  }
  return /etcd Version: (\S+)/.exec(await host.run(`${directory}/etcd --version`))?.[1] ?? ''
}

async function expectNoneTaken(host: Host): Promise<void> {
  const none = await host.tryRun('signet init')
  assert.equal(none.status, 78, none.stderr)
  assert.match(none.stderr, /there is no etcd on this host/)
  // Whoever owns the directory would have root run their program.
  await host.run('chown nobody /opt/etcd-new')
  const theirs = await host.tryRun('signet init --etcd=/opt/etcd-new')
  assert.equal(theirs.status, 77, theirs.stderr)
  assert.match(theirs.stderr, /\/opt\/etcd-new belongs to account 65534/)
  await host.run('chown root /opt/etcd-new && cp -r /opt/etcd-new /root/etcd')
  const hidden = await host.tryRun('signet init --etcd=/root/etcd')
  assert.equal(hidden.status, 78, hidden.stderr)
  assert.match(hidden.stderr, /etcd\.service does not see what is below \/root/)
}

// An etcd that ends at once: the run is interrupted while it waits, and takes back the unit, too.
async function expectUndone(host: Host): Promise<void> {
  const script = '#!/bin/sh\\n[ "$1" = --version ] && exec /opt/etcd-new/etcd --version\\nexit 3\\n'
  await host.run(`cp -r /opt/etcd-new /opt/broken && printf '${script}' > /opt/broken/etcd`)
  const { status, stderr } = await host.tryRun('timeout --signal=INT 25 signet init --etcd=/opt/broken', limit)
  assert.notEqual(status, 0)
  assert.match(stderr, /undoing it/)
  for (const path of [unit, `${unit}.d`, link, '/etc/systemd/system/multi-user.target.wants/etcd.service']) {
    assert.notEqual((await host.tryRun(`test -e ${path} || test -L ${path}`)).status, 0, `${path} is left`)
  }
  assert.notEqual((await host.tryRun('systemctl cat etcd.service')).status, 0, 'the unit is gone')
}

async function found(host: Host): Promise<void> {
  const plan = JSON.parse(await host.run('signet init --etcd=/opt/etcd-new --dry-run --json'))
  assert.deepEqual(
    plan.etcds.map(({ directory, isChosen }: { directory: string; isChosen: boolean }) => [directory, isChosen]),
    [['/opt/etcd-new', true]],
  )
  await host.run('signet init --etcd=/opt/etcd-new', limit)
  await expectRuns(host, '/opt/etcd-new')
}

async function doctorSees(host: Host): Promise<void> {
  const judge = async (): Promise<string> => {
    const { findings } = JSON.parse((await host.tryRun('signet doctor --json')).stdout)
    return findings.find(({ check }: { check: string }) => check === 'etcd-binaries')?.level
  }
  assert.equal(await judge(), 'well')
  await host.run('chmod o+w /opt/etcd-new/etcdutl')
  assert.equal(await judge(), 'broken', 'everybody can write to etcdutl')
  await host.run(`chmod o-w /opt/etcd-new/etcdutl && ln -sfT /opt/nowhere ${link}`)
  assert.equal(await judge(), 'broken', 'the link leads nowhere')
  await host.run(`cp -r /opt/etcd-new /opt/copy && ln -sfT /opt/copy ${link}`)
  assert.equal(await judge(), 'attention', 'another one runs')
  await host.run(`ln -sfT /opt/etcd-new ${link}`)
}

/** The service is ours, runs what was named, as the account etcd, at each boot. */
async function expectRuns(host: Host, directory: string): Promise<void> {
  assert.equal(await host.run(`readlink ${link}`), `${directory}\n`)
  assert.equal(await host.run(`readlink ${unit}`), '/usr/share/signet/etcd.service\n')
  assert.equal(await host.run('readlink -f /proc/$(systemctl show -P MainPID etcd)/exe'), `${directory}/etcd\n`)
  assert.equal(await host.run('stat -c %U /proc/$(systemctl show -P MainPID etcd)'), 'etcd\n')
  assert.match(await host.run('systemctl is-enabled etcd'), /^enabled$/m)
}

async function join(first: Host, second: Host, version: string): Promise<void> {
  const minor = version.replace(/\.\d+$/, '')
  await first.until(
    `ssh signer@${first.address} get-status | grep -q '"clusterVersion":"${minor}"'`,
    30,
    'the signer tells what the cluster runs',
  )
  const command = `signet join --signer-ip=${first.address}`
  // Only where it is named.
  await bringEtcd(second, '/usr/local/bin')
  const refused = await second.tryRun(command)
  assert.equal(refused.status, 78, refused.stderr)
  assert.match(refused.stderr, /name it: --etcd=\/usr\/local\/bin/)
  const ours = `/usr/lib/signet-etcd/${minor}`
  await bringEtcd(second, ours)
  assert.match(
    await second.run(`${command} --dry-run`),
    new RegExp(`^etcd .* in ${ours} .*: taken: the newest here of ${minor}, which the cluster runs$`, 'm'),
  )
  await second.run(command, limit)
  await expectRuns(second, ours)
}

// As with the distribution's unit: without the package the member goes on, and comes up again.
async function surviveRemoval(host: Host): Promise<void> {
  await host.run(`${apt} remove signet-server`, limit)
  await host.run(`test -f ${unit} && test ! -L ${unit}`)
  await host.run('systemctl daemon-reload && systemctl restart etcd && systemctl is-enabled etcd', limit)
  await host.until('signet etcdctl -- endpoint health', 60, 'etcd is healthy without signet-server')
  await host.run(`${apt} install --no-install-recommends /opt/signet/signet-server_*_amd64.deb`, limit)
  await host.run('systemctl restart etcd', limit)
  await expectRuns(host, (await host.run(`readlink ${link}`)).trim())
}

import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Cluster } from './cluster.ts'

const limit = { timeoutSeconds: 180 }
const apt = 'DEBIAN_FRONTEND=noninteractive apt-get -q install --yes'

/** Installs what an etcd host installs. */
export async function installServer(host: Host): Promise<void> {
  await host.run(`${apt} /opt/signet/signet_*_amd64.deb /opt/signet/signet-server_*_amd64.deb`, limit)
  await host.sync()
}

/** Installs what a master installs, and etcdctl, to look at etcd with. */
export async function installMaster(host: Host): Promise<void> {
  await host.run(`${apt} /opt/signet/signet_*_amd64.deb etcd-client`, limit)
  await host.sync()
}

/** Packages on all hosts. */
export async function installPackages({ members, masters, desk }: Cluster): Promise<void> {
  await Promise.all([...members.map(installServer), ...masters.map(installMaster)])
  for (const host of [...members, ...masters]) await expectNothingFailed(host)
  for (const host of members) {
    assert.match(await host.run('stat -c "%a %U" /root/setup/first-boot.sh'), /^700 root$/m)
    await expectShut(desk, host)
  }
  for (const host of masters) {
    assert.notEqual((await host.tryRun('test -e /root/setup')).status, 0, `${host.name}: no first-boot on a master`)
  }
}

/** No unit of a host has failed. */
export async function expectNothingFailed(host: Host): Promise<void> {
  const failed = await host.run('systemctl --failed --plain --no-legend')
  assert.equal(failed, '', `${host.name} has failed units: ${failed}`)
}

// The account has an empty password from the installation on: nobody may come in with it before init said from where.
async function expectShut(desk: Host, host: Host): Promise<void> {
  const { status, stderr } = await desk.tryRun(`ssh signer@${host.address} get-status`)
  assert.equal(status, 255, stderr)
  assert.match(stderr, /Permission denied/)
}

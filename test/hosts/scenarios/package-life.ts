import { strict as assert } from 'node:assert'
import { expectNothingFailed, installServer } from '../cluster/install-packages.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const limit = { timeoutSeconds: 180 }
const apt = 'DEBIAN_FRONTEND=noninteractive apt-get -q --yes'
const dropIn = '/etc/ssh/sshd_config.d/00-signet.conf'
const etcdDropIns = '/etc/systemd/system/etcd.service.d'

/** What is never removed: the key that may be the only one, etcd's data, and the journal of what was issued. */
const kept = ['/etc/etcd/pki/ca.key', '/var/lib/etcd/signet/member', '/var/lib/signet/issued.jsonl']

/** The packages on one signer, from their first installation to what is left of them. */
export const packageLife: Scenario = {
  name: 'package-life',
  title:
    'the packages upgrade while services serve, are removed and purged, come back, and never take the CA key or data',
  run: async ({ lab, note }) => {
    const host = await lab.install('etcd-7', '192.0.2.17')
    const caller = await lab.install('kubemaster-7', '192.0.2.27')
    await installServer(host)
    // Of another cluster: init asks whether the distribution's member is in use, and must not ask there.
    const exported = 'export ETCDCTL_API=2 ETCDCTL_ENDPOINTS=http://192.0.2.99:2379 ETCD_NAME=other'
    await host.run(`${exported}\n/root/setup/first-boot.sh init`, limit)
    await caller.run(`ssh signer@${host.address} get-status`)
    await editEtcd(host)
    await upgrade(host, caller, note)
    await expectEdited(host)
    await remove(host, caller)
    await comeBack(host, caller)
    await bearHandEditedPam(host)
    await purge(host, caller)
    await beginAgain(host)
    for (const each of [host, caller]) await each.discard()
  },
}

// As an earlier version has left it: under a name that sorts behind, with which the operator's setting has no effect, and
// without the link to the etcd that runs, which an upgrade makes before its drop-in counts.
async function editEtcd(host: Host): Promise<void> {
  await host.run('rm /etc/signet/etcd-bin')
  await host.run(`mv ${etcdDropIns}/10-signet.conf ${etcdDropIns}/signet.conf && systemctl daemon-reload`)
  await host.run('cat > /run/setting', { input: '[Service]\nLimitNOFILE=7777\n' })
  await host.run('cat > /run/editor && chmod 755 /run/editor', { input: '#!/bin/bash\ncp /run/setting "${@: -1}"\n' })
  await host.runAtTerminal('SYSTEMD_EDITOR=/run/editor systemctl edit etcd', [])
  assert.equal(await host.run('systemctl show --value --property LimitNOFILE etcd'), '65536\n')
}

async function expectEdited(host: Host): Promise<void> {
  assert.equal(
    await host.run('systemctl show --value --property DropInPaths etcd'),
    `${etcdDropIns}/10-signet.conf ${etcdDropIns}/override.conf\n`,
    'the name of an earlier version is gone, and the override comes last',
  )
  assert.equal(await host.run('readlink /etc/signet/etcd-bin'), '/usr/bin\n')
  await host.run('systemctl restart etcd', limit)
  assert.match(await host.run('cat /proc/$(systemctl show -P MainPID etcd)/limits'), /^Max open files +7777 +7777/m)
}

async function upgrade(host: Host, caller: Host, note: (text: string) => void): Promise<void> {
  const [settings, key, etcd] = await readState(host)
  const calls = caller.tryRun(callUntil('/run/stop-calling', host), limit)
  await caller.until('test "$(wc -l < /run/calls)" -ge 3', 30, 'the first calls')
  await host.run(`${apt} install /opt/signet/next/signet_*_amd64.deb /opt/signet/next/signet-server_*_amd64.deb`, limit)
  // As OPERATIONS has it after each change of the settings.
  for (let round = 0; round < 3; round += 1)
    await host.run('systemctl restart signet-authority signet-endpoint; sleep 1')
  await caller.run('sleep 1; touch /run/stop-calling')
  const { stdout } = await calls
  const failures = stdout.split('\n').filter((line) => line.startsWith('failed'))
  assert.deepEqual(failures, [], 'no call fails while apt upgrades and services are restarted')
  note(`${await countLines(caller, '/run/calls')} calls while apt upgraded, none failed`)
  assert.deepEqual(
    await readState(host),
    [settings, key, etcd],
    'settings and key are as before, and etcd was not restarted',
  )
  assert.match(await host.run('signet version'), /^99\.0\.0$/m)
  const status = JSON.parse(await caller.run(`ssh signer@${host.address} get-status`))
  assert.equal(status.version, '99.0.0', 'the new version answers')
  assert.notEqual((await host.tryRun('test -e /root/setup')).status, 0, 'first-boot.sh does not come back')
  await expectNothingFailed(host)
}

async function readState(host: Host): Promise<readonly string[]> {
  return Promise.all([
    host.run('cat /etc/signet/signet.yaml'),
    host.run('sha256sum /etc/etcd/pki/*'),
    host.run('systemctl show -P MainPID etcd'),
  ])
}

/** Asks for certificates and for the status, one call after the other, until a file is there. */
function callUntil(file: string, { address }: Host): string {
  return `
    rm -f ${file} /run/calls; touch /run/calls
    openssl ecparam -name prime256v1 -genkey -noout -out /run/k 2> /dev/null
    openssl req -new -key /run/k -subj /CN=kubemaster-7 -out /run/csr
    until [ -e ${file} ]; do
      base64 < /run/csr | ssh signer@${address} kubemaster-7 2> /run/said | grep -q BEGIN || echo "failed $(cat /run/said)"
      ssh signer@${address} get-peers 2> /run/said | grep -q https || echo "failed $(cat /run/said)"
      echo >> /run/calls
    done`
}

async function countLines(host: Host, file: string): Promise<number> {
  return 2 * Number(await host.run(`wc -l < ${file}`))
}

async function remove(host: Host, caller: Host): Promise<void> {
  await host.run(`${apt} remove signet-server`, limit)
  await expectShutOut(host, caller)
  await host.run(`test ! -e ${dropIn} && sshd -t`)
  assert.match(await host.run('getent passwd signer'), /:\/usr\/sbin\/nologin$/m)
  assert.match(await host.run('passwd --status signer'), /^signer L /)
  assert.doesNotMatch(await host.run('cat /etc/pam.d/common-*'), /signer/)
  const { stdout } = await host.tryRun(
    'systemctl is-active signet-authority.socket signet-authority signet-endpoint.socket signet-endpoint',
  )
  assert.doesNotMatch(stdout, /^active$/m)
  await expectMemberToLast(host)
}

// Its drop-in is a file of this host now: otherwise this would start an empty etcd.
async function expectMemberToLast(host: Host): Promise<void> {
  for (const file of kept) await host.run(`test -e ${file}`)
  await host.run('systemctl restart etcd', limit)
  const files = '--cacert /etc/etcd/pki/ca.crt --cert /etc/etcd/pki/server.crt --key /etc/etcd/pki/server.key'
  assert.match(await host.run(`etcdctl --endpoints https://127.0.0.1:2379 ${files} member list`), /, started, etcd-7, /)
}

async function expectShutOut(host: Host, caller: Host): Promise<void> {
  const { status, stderr } = await caller.tryRun(`ssh signer@${host.address} get-status`)
  assert.equal(status, 255, stderr)
  assert.match(stderr, /Permission denied/)
}

async function comeBack(host: Host, caller: Host): Promise<void> {
  await host.run(`${apt} install /opt/signet/next/signet-server_*_amd64.deb`, limit)
  assert.match(await caller.run(`ssh signer@${host.address} get-status`), /"version"/)
  await host.run(`test -L ${etcdDropIns}/10-signet.conf`)
  assert.notEqual((await host.tryRun('test -e /root/setup')).status, 0, 'first-boot.sh does not come back')
  await expectNothingFailed(host)
}

// pam-auth-update leaves files alone that somebody has edited; then nobody must be able to become the account signer.
async function bearHandEditedPam(host: Host): Promise<void> {
  const file = '/etc/pam.d/common-account'
  const again = 'dpkg-reconfigure --frontend=noninteractive signet-server'
  await host.run(`pam-auth-update --package --remove signet-server && cp ${file} /root/pam && passwd --lock signer`)
  await host.run(`sed -i '/^# here are/d; /^# end of/d; /pam_deny/d' ${file}`)
  const { status, stderr } = await host.tryRun(again)
  assert.equal(status, 0, stderr)
  assert.match(stderr, /PAM does not keep the account signer, which has no password, out of .*\bsu\b/)
  assert.match(await host.run('passwd --status signer'), /^signer L /)
  await host.run(`cp /root/pam ${file} && ${again}`)
  assert.match(await host.run('passwd --status signer'), /^signer NP /)
}

async function purge(host: Host, caller: Host): Promise<void> {
  await host.run(`${apt} purge signet-server signet`, limit)
  await expectShutOut(host, caller)
  await expectMemberToLast(host)
  const script = `find / -xdev \\( -path /proc -o -path /opt -o -path /var/lib/dpkg \\) -prune -o -name '*signet*' -print`
  assert.deepEqual((await host.run(script)).trim().split('\n').toSorted(), [
    '/etc/signet',
    `${etcdDropIns}/10-signet.conf`,
    '/var/lib/etcd/signet',
    '/var/lib/signet',
  ])
  assert.deepEqual(
    (await host.run('ls /etc/signet; ls -d /root/setup /root/setup.log 2> /dev/null || true')).trim(),
    'etcd-bin\netcd.env',
  )
}

// The first installation again: first-boot.sh is there, refuses to overwrite what another life has left, and begins anew
// once that was moved away.
async function beginAgain(host: Host): Promise<void> {
  await installServer(host)
  const { status, stderr } = await host.tryRun('/root/setup/first-boot.sh init')
  assert.equal(status, 78, stderr)
  for (const file of kept) await host.run(`test -e ${file}`)
  await host.run('test -x /root/setup/first-boot.sh')
  await host.run(`
    systemctl stop etcd
    mkdir /root/old && mv /etc/etcd/pki /var/lib/etcd/signet /root/old/
    rm -r /etc/signet ${etcdDropIns} /var/lib/signet
    systemctl daemon-reload`)
  await host.run('/root/setup/first-boot.sh init', limit)
}

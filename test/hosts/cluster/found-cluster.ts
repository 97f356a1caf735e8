import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Cluster } from './cluster.ts'

/** Who knows it can read the CA key that was saved. */
export const keyPassword = 'correct horse battery staple'

/** The first host, with the commands of the RUNBOOK, and the CA key saved as init says. */
export async function foundCluster(cluster: Cluster): Promise<void> {
  const { signer, desk } = cluster
  const before = await listState(signer)
  await signer.run('/root/setup/first-boot.sh init --dry-run')
  assert.equal(await listState(signer), before, 'a dry run changes nothing')
  const { status, stderr } = await signer.tryRun('/root/setup/first-boot.sh init')
  assert.equal(status, 0, stderr)
  cluster.founded = {
    pin: found(stderr, /the pin of the CA: (SHA256:[0-9A-F]{64})$/m),
    join: found(stderr, /add a member, on its own host: (\/root\/setup\/first-boot\.sh join .*)$/m),
  }
  await expectFounded(signer)
  await saveKey(desk, found(stderr, /^signet: {3}(ssh -n root@.* -out signet-ca\.key)$/m))
}

async function expectFounded(signer: Host): Promise<void> {
  assert.match(await signer.run('stat -c "%a %U:%G" /etc/etcd/pki/ca.key'), /^400 root:root$/m)
  assert.notEqual((await signer.tryRun('test -e /root/setup')).status, 0, 'first-boot.sh is gone, and its directory')
  for (const log of ['cat /root/setup.log', 'journalctl --output=cat -t signet-setup']) {
    assert.match(await signer.run(log), /start the endpoint/, log)
  }
  await signer.run('systemctl is-active etcd signet-authority signet-endpoint signet-renew.timer')
}

// openssl asks for the password at the terminal, twice.
async function saveKey(desk: Host, command: string): Promise<void> {
  await desk.runAtTerminal(command, [keyPassword, keyPassword])
  assert.match(await desk.run('cat signet-ca.key'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
}

async function listState(host: Host): Promise<string> {
  return host.run('ls -lR /etc/etcd /etc/signet /var/lib/signet* /root /etc/ssh 2>/dev/null || true')
}

function found(text: string, pattern: RegExp): string {
  const match = pattern.exec(text)?.[1]
  assert.ok(match !== undefined, `init does not print ${pattern}:\n${text}`)
  return match
}

import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const key = '/etc/etcd/pki/ca.key'
/** Those who could be made to read a file, by somebody who broke what runs as them; and any other. */
const accounts = ['signer', 'signet-endpoint', 'etcd', 'nobody'] as const

/** Who can reach the CA key and the power to sign on the signer. */
export const caKey: Scenario = {
  name: 'ca-key',
  title: 'no account that the network reaches can read the CA key, or ask the authority for more than it should',
  run: async ({ cluster }) => {
    const { signer } = await cluster()
    assert.equal(await signer.run(`stat -c '%U:%G %a' ${key}`), 'root:root 400\n')
    await isUnreadable(signer)
    await isNowhereElse(signer)
    await opensSocketsToTheirOwn(signer)
    await hasNoNetwork(signer)
  },
}

function as(account: string, command: string): string {
  return `setpriv --reuid=${account} --regid=$(id -g ${account}) --init-groups --no-new-privs -- ${command}`
}

async function isUnreadable(signer: Host): Promise<void> {
  const authority = (await signer.run('systemctl show -P MainPID signet-authority')).trim()
  const places = [key, '/run/credentials/signet-authority.service/ca.key', `/proc/${authority}/environ`]
  const inside = [`/proc/${authority}/root${key}`, `/proc/${authority}/mem`]
  for (const account of accounts) {
    for (const file of [...places, ...inside]) {
      const { status, stderr } = await signer.tryRun(as(account, `head -c 1 ${file}`))
      assert.deepEqual([account, file, status], [account, file, 1])
      assert.match(stderr, /Permission denied|No such file/, `${account} ${file}`)
    }
  }
  // The authority's account itself, outside its unit: the file is root's.
  assert.equal((await signer.tryRun(as('signet-authority', `head -c 1 ${key}`))).status, 1)
  // The same in the endpoint's own view of the host, where whoever breaks it would be.
  const endpoint = (await signer.run('systemctl show -P MainPID signet-endpoint')).trim()
  const { status } = await signer.tryRun(`nsenter --target ${endpoint} --mount ${as('signet-endpoint', `cat ${key}`)}`)
  assert.equal(status, 1)
  // The control: root reads it, so the paths above are right.
  await signer.run(`head -c 1 ${key} && head -c 1 /proc/${authority}/environ`)
}

async function isNowhereElse(signer: Host): Promise<void> {
  const script = `
    line=$(sed -n 2p ${key}); test \${#line} = 64 || exit 1
    journalctl --quiet | grep -qF "$line" && echo journal
    grep -rlsF --devices=skip "$line" /etc /home /opt /root /run /srv /tmp /usr/share/signet /var || true`
  const found = (await signer.run(script, { timeoutSeconds: 120 })).trim().split('\n')
  assert.deepEqual(
    found.filter((file) => !file.startsWith('/run/credentials/signet-authority.service/')),
    [key],
  )
}

async function opensSocketsToTheirOwn(signer: Host): Promise<void> {
  const connect = (account: string, socket: string): string =>
    as(
      account,
      `perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => "/run/signet/${socket}.sock") or die "$!\\n"'`,
    )
  for (const account of [...accounts, 'signet-authority']) {
    for (const [socket, owner] of [
      ['authority', 'signet-endpoint'],
      ['relay', 'signer'],
    ] as const) {
      // The endpoint's account owns the relay's socket: it listens there.
      const isOwn = account === owner || (socket === 'relay' && account === 'signet-endpoint')
      const { status, stderr } = await signer.tryRun(connect(account, socket))
      assert.deepEqual([account, socket, status === 0], [account, socket, isOwn], stderr)
    }
  }
}

async function hasNoNetwork(signer: Host): Promise<void> {
  const authority = (await signer.run('systemctl show -P MainPID signet-authority')).trim()
  const devices = await signer.run(`nsenter --target ${authority} --net ip -oneline link`)
  assert.match(devices, /^1: lo: .*\n$/, 'nothing but a loopback of its own')
  assert.match(await signer.run(`cat /proc/${authority}/limits`), /^Max core file size\s+0\s+0/m)
  assert.match(await signer.run(`cat /proc/${authority}/status`), /^CapBnd:\s+0+$/m)
}

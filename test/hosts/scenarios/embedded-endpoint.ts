import { strict as assert } from 'node:assert'
import { installServer } from '../cluster/install-packages.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const limit = { timeoutSeconds: 180 }
const port = 2222

/** A signer whose callers come to Signet's own SSH server. */
export const embeddedEndpoint: Scenario = {
  name: 'embedded-endpoint',
  title:
    'with --endpoint=embedded:2222 callers come to a port of its own, a member joins there, and sshd lets no signer in',
  run: async ({ lab }) => {
    const signer = await lab.install('etcd-8', '192.0.2.18')
    const second = await lab.install('etcd-9', '192.0.2.19')
    for (const host of [signer, second]) await installServer(host)
    await runsSandbox(second)
    const init = `/root/setup/first-boot.sh init --endpoint=embedded:${port} --json`
    const { join, pin } = JSON.parse(await signer.run(init, limit))
    assert.equal(join, `/root/setup/first-boot.sh join --signer-ip=${signer.address} --pin=${pin} --port=${port}`)
    await second.run(join, limit)
    for (const host of [signer, second]) await host.run('signet renew --force')
    const call = `ssh -p ${port} signer@${signer.address}`
    const peers = [signer, second].map(({ address }) => `https://${address}:2379`)
    assert.deepEqual((await second.run(`${call} get-peers`)).trim().split('\n').toSorted(), peers)
    const { status, stderr } = await second.tryRun(`ssh signer@${signer.address} get-peers`)
    assert.equal(status, 255)
    assert.match(stderr, /Permission denied/)
    // sshd keeps its own MaxStartups: nothing comes to it.
    assert.doesNotMatch(
      await signer.run('cat /etc/ssh/sshd_config.d/00-signet.conf'),
      /MaxStartups|PermitEmptyPasswords yes/,
    )
    await signer.reboot()
    await second.until(`${call} get-peers`, 60, 'the embedded front answers after a reboot')
    await signer.run(
      "sed -i 's/front: embedded/front: openssh/' /etc/signet/signet.yaml && systemctl restart signet-endpoint",
    )
    await second.until(`ssh signer@${signer.address} get-peers`, 20, 'sshd lets callers in once signet.yaml says so')
    for (const host of [signer, second]) await host.discard()
  },
}

/** The packaged program, which brings the sandbox too. */
async function runsSandbox(host: Host): Promise<void> {
  await host.run(`
    systemctl stop etcd
    signet sandbox --dir /tmp/sandbox --members 2 > /tmp/sandbox.log 2>&1 & sandbox=$!
    for _ in $(seq 300); do [ -e /tmp/sandbox/sandbox.json ] && break; sleep 0.1; done
    ssh -F /tmp/sandbox/ssh_config signer@leader get-peers | grep -c https | grep -qx 2 || { cat /tmp/sandbox.log; exit 1; }
    kill $sandbox; wait $sandbox || true; systemctl start etcd`)
}

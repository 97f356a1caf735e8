import { strict as assert } from 'node:assert'
import { readPage } from '../../support/host/shown-pages.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

/** As Debian's prometheus-node-exporter leaves it: its account owns the directory above. */
const textfiles = '/var/lib/prometheus/node-exporter'
const makeTextfiles = `useradd --system prometheus; mkdir -p ${textfiles}; chown prometheus: /var/lib/prometheus`

export const metrics: Scenario = {
  name: 'metrics',
  title:
    'each host writes its metrics where node_exporter reads them, and its page for a group alone, as an account of its own and whatever its owner puts there',
  run: async ({ cluster, note }) => {
    const { signer, members, master } = await cluster()
    const member = members.find((host) => host !== signer)
    assert.ok(member !== undefined)
    const hosts = [signer, member, master]
    for (const host of hosts) await host.run(makeTextfiles)
    const texts = await Promise.all(hosts.map(writeAndRead))
    const [ofSigner = '', ofMember = '', ofMaster = ''] = texts
    assert.match(ofSigner, /^signet_host_info\{name="etcd-[^"]+",role="signer"\} 1$/m)
    assert.match(ofSigner, /^signet_authority_up 1$/m)
    assert.match(ofSigner, /^signet_calls_total\{word="get-status",code="ok"\} [1-9]/m)
    assert.match(ofSigner, /^signet_peer_ports_open 0$/m)
    assert.match(ofSigner, /^signet_signer_since_timestamp_seconds [0-9]{10}/m)
    assert.match(ofMember, /role="member"\} 1$/m)
    assert.match(ofMember, /^signet_signer_up 1$/m)
    assert.match(ofMaster, /role="master"\} 1$/m)
    assert.doesNotMatch(ofMaster, /signer_up/)
    await expectPages({ signer, member, master })
    await expectLost(member, signer)
    await expectGuarded(master)
    for (const host of hosts) {
      await host.run('systemctl stop signet-metrics.timer; rm -rf /var/lib/prometheus; userdel prometheus')
      await host.run('systemctl start signet-metrics.timer')
    }
    note(`${texts.map((text) => text.split('\n').length - 1).join(', ')} lines on signer, member and master`)
  },
}

async function writeAndRead(host: Host): Promise<string> {
  await host.run('systemctl is-enabled signet-metrics.timer')
  await host.run('systemctl start signet-metrics.service')
  const owner = await host.run('stat -L -c "%U %a" /var/lib/prometheus/node-exporter/signet.prom')
  assert.equal(owner.trim(), 'signet-metrics 644')
  return host.run(`setpriv --reuid=prometheus --clear-groups cat ${textfiles}/signet.prom`)
}

/** Each host has its page, for the group of the account that publishes it and for nobody else. */
async function expectPages(hosts: Readonly<Record<'signer' | 'member' | 'master', Host>>): Promise<void> {
  const [ofSigner, ofMember, ofMaster] = await Promise.all([hosts.signer, hosts.member, hosts.master].map(readHostPage))
  assert.match(ofSigner ?? '', /the signer, a member of etcd.* 3 of 3 members are healthy/)
  assert.match(ofMember ?? '', /a member of etcd.* 3 of 3 members are healthy .* signer \S+ answers/)
  assert.match(ofMaster ?? '', /a master.* issued .* renewal due .* The timer of a master asks nobody/)
  for (const text of [ofSigner, ofMember]) assert.match(text ?? '', /^ (?:well|attention): /)
}

async function readHostPage(host: Host): Promise<string> {
  const owners = await host.run(
    'stat -c "%U %G %a" /run/signet-metrics/status.html /var/lib/signet-metrics/status.html',
  )
  assert.equal(owners, 'root signet-metrics 640\nsignet-metrics signet-metrics 640\n')
  const file = '/var/lib/signet-metrics/status.html'
  assert.equal(
    (await host.run(`setpriv --reuid=prometheus --clear-groups cat ${file} || echo refused`)).trim(),
    'refused',
  )
  const group = '$(getent group signet-metrics | cut -d: -f3)'
  return readPage(await host.run(`setpriv --reuid=prometheus --groups=${group} cat ${file}`))
}

/** A member says within its minute that no signer answers. */
async function expectLost(member: Host, signer: Host): Promise<void> {
  await signer.run('systemctl stop signet-endpoint.socket signet-endpoint.service')
  assert.match(await writeAndRead(member), /^signet_signer_up 0$/m)
  await signer.run('systemctl start signet-endpoint.socket signet-endpoint.service')
  assert.match(await writeAndRead(member), /^signet_signer_up 1$/m)
}

/** The owner of the directory above leads root nowhere. */
async function expectGuarded(host: Host): Promise<void> {
  await host.run(
    `rm ${textfiles}/signet.prom; rmdir ${textfiles}; mkdir -m 0755 /etc/victim; ln -s /etc/victim ${textfiles}`,
  )
  await host.run('systemctl start signet-metrics.service')
  assert.equal((await host.run('ls -A /etc/victim')).trim(), '')
  await host.run(`rm ${textfiles}; rmdir /etc/victim`)
}

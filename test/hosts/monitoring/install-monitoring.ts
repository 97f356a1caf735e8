import type { Cluster } from '../cluster/cluster.ts'
import { commandsUnder, typeCommands } from '../cluster/runbook-commands.ts'
import type { Host } from '../lab/host.ts'

const document = 'docs/OPERATIONS.md'
const limit = { timeoutSeconds: 180 }

/**
 * Has apt find Debian's packages where it keeps what it has downloaded, and nothing else to install: no mirror is reached.
 * It asks nobody.
 */
async function offer(host: Host, packages: string): Promise<void> {
  await host.run(`
    ln -sf /opt/monitoring/${packages} /var/cache/apt/archives/
    printf 'APT::Install-Recommends "false";\\nAPT::Get::Assume-Yes "true";\\n' > /etc/apt/apt.conf.d/monitoring`)
}

/** node_exporter, as OPERATIONS says. */
export async function installExporter(host: Host, signer: Host): Promise<void> {
  await offer(host, 'prometheus-node-exporter_*.deb')
  await typeCommands(host, commandsUnder(document, '### On each host'), signer)
}

/** Takes it away, with what the test has put beside it. */
export async function purgeExporter(host: Host): Promise<void> {
  await host.run(
    'apt-get -q purge prometheus-node-exporter; rm -rf /var/lib/prometheus /etc/apt/apt.conf.d/monitoring /var/cache/apt/archives/prometheus-*',
    limit,
  )
}

/**
 * Prometheus and Alertmanager as OPERATIONS says, but in a hurry: what is a minute there is a second here, and an hour a
 * minute; of Signet's rules nothing but `for:` is another. Alertmanager tells the test's receiver.
 */
export async function installMonitoring(host: Host, { signer }: Cluster, receiverUrl: string): Promise<void> {
  await offer(host, '*.deb')
  const key = await host.run("ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519; cat /root/.ssh/id_ed25519.pub")
  await signer.run('cat >> /root/.ssh/authorized_keys', { input: key })
  const commands = commandsUnder(document, '### On the Prometheus server')
  await host.run(
    `export DEBIAN_FRONTEND=noninteractive
    ${hurry(commands.replaceAll('LEADER', signer.address)).replace('http://alerts.example.org/', receiverUrl)}`,
    limit,
  )
  const rules = '/etc/prometheus/signet.rules.yml'
  const shipped = await host.run(`cat ${rules}`)
  await host.run(`cat > ${rules} && promtool check rules ${rules} && systemctl reload prometheus`, {
    input: hurry(shipped),
  })
}

/** Minutes become seconds and hours minutes, in settings of how often and for how long. */
function hurry(settings: string): string {
  const units: Readonly<Record<string, string>> = { m: 's', h: 'm' }
  return settings.replaceAll(
    /^( *(?:for|group_wait|[a-z]+_interval): \d+)([mh])$/gm,
    (_all, setting: string, unit: string) => `${setting}${units[unit]}`,
  )
}

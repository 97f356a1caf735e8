import type { Host } from '../lab/host.ts'
import { hurryTimer, timerDropIn } from './hurry-timer.ts'

export interface Lifetimes {
  readonly client: string
  readonly member: string
}

/** What a signer has from init. */
export const usualLifetimes: Lifetimes = { client: '24h', member: '90d' }

/** Changes for how long the signer signs, as OPERATIONS says: edit the file, restart the two services. */
export async function setLifetimes(signer: Host, { client, member }: Lifetimes): Promise<void> {
  await signer.run(`
    set -e
    sed -i '/^lifetimes:/,/^[^ ]/{/^ /d}' /etc/signet/signet.yaml
    sed -i 's/^lifetimes:.*/lifetimes:\\n  client: ${client}\\n  member: ${member}/' /etc/signet/signet.yaml
    systemctl restart signet-authority signet-endpoint`)
}

/** Renews on hosts, whether it is due or not. */
export async function renewNow(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) await host.run('signet renew --force')
}

/** Lets the timer of a host look every two seconds, instead of every five to seven minutes. */
export async function lookOften(host: Host): Promise<void> {
  const settings = ['OnBootSec=', 'OnBootSec=2s', 'OnUnitInactiveSec=2s', 'RandomizedDelaySec=0', 'AccuracySec=100ms']
  await hurryTimer(host, 'signet-renew', settings)
}

export async function lookAsShipped(host: Host): Promise<void> {
  await host.run(
    `rm -f ${timerDropIn('signet-renew')} && systemctl daemon-reload && systemctl restart signet-renew.timer`,
  )
}

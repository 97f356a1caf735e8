import { writeFileSync } from 'node:fs'
import { runCommand } from '../set-up/command.ts'

/** A network that hosts are on: a bridge, whose address is their gateway to the other one. */
export interface Network {
  readonly bridge: string
  readonly cidr: string
  readonly gateway: string
}

/** Where masters and members are. We are on it too, as the operator's machine. */
export const controlPlane: Network = { bridge: 'control', cidr: '192.0.2.0/24', gateway: '192.0.2.1' }

/** Where others are, who reach the control plane through a router. */
export const elsewhere: Network = { bridge: 'elsewhere', cidr: '198.51.100.0/24', gateway: '198.51.100.1' }

/** Makes both networks, in the network namespace that we are in. */
export async function makeNetworks(): Promise<void> {
  await ip('link', 'set', 'lo', 'up')
  for (const { bridge, gateway } of [controlPlane, elsewhere]) {
    await ip('link', 'add', 'name', bridge, 'type', 'bridge')
    await ip('address', 'add', `${gateway}/24`, 'dev', bridge)
    await ip('link', 'set', bridge, 'up')
  }
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1\n')
}

/** Takes a host's cable out of the switch, at our end: the host notices nothing but silence. */
export async function unplug(machine: string): Promise<void> {
  await ip('link', 'set', 'dev', portOf(machine), 'nomaster')
}

/** Takes away our end of a host that is off; the kernel would do so too, but at its leisure. */
export async function removePort(machine: string): Promise<void> {
  await ip('link', 'delete', 'dev', portOf(machine)).catch(() => {})
}

export async function plugIn(machine: string, { bridge }: Network): Promise<void> {
  await ip('link', 'set', 'dev', portOf(machine), 'master', bridge)
}

/** What systemd-nspawn calls our end. */
function portOf(machine: string): string {
  return `vb-${machine}`
}

async function ip(...args: readonly string[]): Promise<void> {
  await runCommand('ip', args)
}

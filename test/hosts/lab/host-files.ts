import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { runCommand } from '../set-up/command.ts'
import type { Network } from './network.ts'

export interface HostIdentity {
  readonly name: string
  readonly address: string
  readonly network: Network
}

/** Gives a host what an installer gives it: name, address, host keys. */
export async function writeHostFiles(root: string, { name, address, network }: HostIdentity): Promise<void> {
  const write = (path: string, text: string, mode = 0o644): void => writeFileSync(`${root}/${path}`, text, { mode })
  write('etc/hostname', `${name}\n`)
  write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`)
  write('etc/hosts', `127.0.0.1 localhost\n::1 localhost\n${address} ${name}\n`)
  write(
    'etc/systemd/network/10-host0.network',
    `[Match]\nName=host0\n[Network]\nAddress=${address}/24\nGateway=${network.gateway}\nIPv6AcceptRA=no\n`,
  )
  mkdirSync(`${root}/root/.ssh`, { mode: 0o700, recursive: true })
  // Who types the runbook answers "yes" when ssh asks about a host key; nobody types here.
  write('root/.ssh/config', 'StrictHostKeyChecking accept-new\n', 0o600)
  await runCommand('ssh-keygen', ['-q', '-A', '-f', root])
}

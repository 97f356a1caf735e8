import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import { NotHere } from './contender.ts'
import { startServer } from './start-server.ts'

export interface PrivateSshd {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

export interface SshdOptions {
  readonly directory: string
  /** What stands in sshd_config beside address, port and host key. */
  readonly settings: string
  /** Of the account `signer`. */
  readonly shell: string
}

/** An sshd of this machine in a mount namespace where the accounts that it needs exist. It needs root. */
export async function startPrivateSshd({ directory, settings, shell }: SshdOptions): Promise<PrivateSshd> {
  const sshd = findSshd()
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'ssh_host_ed25519_key')])
  const [port = 0] = await findFreePorts('127.0.0.1', 1)
  const { pid, stop } = await startServer({
    command: join(import.meta.dirname, 'private-sshd.sh'),
    args: [sshd, directory, `${port}`, settings, shell],
    ready: /Server listening/,
  })
  return { port, pid, stop }
}

function findSshd(): string {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const found = places.map((place) => join(place, 'sshd')).find((file) => existsSync(file))
  if (found === undefined) throw new NotHere('there is no sshd')
  return found
}

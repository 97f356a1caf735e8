import { existsSync } from 'node:fs'
import process from 'node:process'
import { runCommand, withSignOfLife } from './command.ts'
import { Unable } from './unable.ts'

/** Programs that boot hosts and watch them, and the packages of Debian that bring them. */
const programs: Readonly<Record<string, string>> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  'mkfs.ext4': 'e2fsprogs',
  nsenter: 'util-linux',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  openssl: 'openssl',
}

/** Throws where no host can be booted here, whatever is installed. */
export function requireAbleMachine(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Unable('hosts are booted on x86-64 Linux only')
  if (process.getuid?.() !== 0) throw new Unable('only root can boot hosts: sudo npm run test:hosts')
  if (!existsSync('/usr/bin/apt-get')) throw new Unable('hosts are made with apt-get, which this machine lacks')
  if (!existsSync('/dev/loop-control')) throw new Unable('hosts have disks of their own, and there are no loop devices')
}

/** Installs what is missing, with apt. */
export async function ensurePrograms(): Promise<void> {
  const missing = Object.keys(programs).filter((program) => !isInstalled(program))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((program) => programs[program] ?? program))]
  await withSignOfLife(`installing ${packages.join(', ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const install = ['install', '--yes', '--no-install-recommends', ...packages]
    // Lists that are days old name packages that are gone.
    await runCommand('apt-get', ['-q', 'update'], { env }).catch(() => {})
    await runCommand('apt-get', ['-q', ...install], { env })
  })
}

function isInstalled(program: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((directory) => existsSync(`${directory}/${program}`))
}

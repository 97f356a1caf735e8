import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunProgram } from '../../../src/host/clock-sync.ts'
import { parseConfig } from '../../../src/host/signet-config.ts'
import { formatSshdDropIn } from '../../../src/openssh/sshd/sshd-drop-in.ts'
import { inMountNamespace } from '../host/mount-namespace.ts'

/** Debian's own main file, but for the parts that say nothing here. */
const debian = 'KbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nAcceptEnv LANG LC_*\n'

/** What an administrator has: a main file, and files of `sshd_config.d` by name. */
export interface AdministratorFiles {
  readonly main?: string
  readonly [name: `${number}-${string}.conf`]: string
}

/** A configuration of sshd in a directory, with our drop-in among an administrator's files, and the real sshd that reads it. */
export class SshdConfiguration {
  readonly directory = mkdtempSync(join(tmpdir(), 'signet-sshd-'))
  readonly config = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test')

  constructor() {
    const accounts = ['root:x:0:0::/:/bin/sh', 'sshd:x:990:65534::/:/bin/false', 'signer:x:991:991::/:/bin/false']
    writeFileSync(join(this.directory, 'passwd'), `${accounts.join('\n')}\n`)
    writeFileSync(join(this.directory, 'group'), 'root:x:0:\nsigner:x:991:\n')
  }

  write({ main = `Include ${this.directory}/sshd_config.d/*.conf\n${debian}`, ...files }: AdministratorFiles): void {
    const directory = join(this.directory, 'sshd_config.d')
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory)
    const all = { '00-signet.conf': formatSshdDropIn(this.config), ...files }
    for (const [name, text] of Object.entries(all)) writeFileSync(join(directory, name), text)
    writeFileSync(join(this.directory, 'sshd_config'), `HostKey ${this.directory}/key\n${main}`)
  }

  /** As on that host: its sshd, without root's own accounts and directories. */
  readonly run: RunProgram = async (command, args) => {
    const words = [command, '-f', `${this.directory}/sshd_config`, ...args].map((word) => `'${word}'`).join(' ')
    const { status, stdout, stderr } = await inMountNamespace(`
      set -e
      mount --bind ${this.directory}/passwd /etc/passwd
      mount --bind ${this.directory}/group /etc/group
      mount -t tmpfs none /run && mkdir /run/sshd
      [ -e ${this.directory}/key ] || ssh-keygen -q -t ed25519 -N '' -f ${this.directory}/key
      ${words}`)
    if (status !== 0) throw new Error(stderr)
    return stdout
  }

  remove(): void {
    rmSync(this.directory, { recursive: true })
  }
}

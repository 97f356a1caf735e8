import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BenchSite, type Contender, NotHere } from './contender.ts'
import { startPrivateSshd } from './private-sshd.ts'

const script = 'home-made-signer.sh'

/** sshd, a forced command and an openssl script: what people write. It needs root, for accounts in a private namespace. */
export async function startHomeMade({ directory, certificateFile, keyFile }: BenchSite): Promise<Contender> {
  if (process.getuid?.() !== 0) throw new NotHere('the home-made signer needs root')
  const inDirectory = (name: string): string => join(directory, name)
  copyFileSync(certificateFile, inDirectory('ca.crt'))
  copyFileSync(keyFile, inDirectory('ca.key'))
  copyFileSync(join(import.meta.dirname, script), inDirectory(script))
  const settings = inDirectory('sshd_settings')
  writeFileSync(settings, sshdSettings(inDirectory(script)))
  execFileSync('chown', ['991', ...['ca.crt', 'ca.key', script].map(inDirectory)])
  chmodSync(directory, 0o755)
  const { port, pid, stop } = await startPrivateSshd({ directory, settings, shell: '/bin/sh' })
  return {
    title: 'home-made: sshd, forced command, openssl',
    port,
    reach: { kind: 'ssh', user: 'signer' },
    expected: '-----BEGIN CERTIFICATE-----',
    pids: [pid],
    stop,
  }
}

function sshdSettings(command: string): string {
  return `Match User signer
  PasswordAuthentication yes
  PermitEmptyPasswords yes
  AuthenticationMethods none
  ForceCommand ${command}
  DisableForwarding yes
  PermitTTY no
`
}

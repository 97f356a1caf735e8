import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { type BenchCa, type Contender, NotHere } from './contender.ts'
import { startServer } from './start-server.ts'

const here = import.meta.dirname

/** sshd, a forced command and an openssl script: what people write. It needs root, for accounts in a private namespace. */
export async function startHomeMade({ directory, certificateFile, keyFile }: BenchCa): Promise<Contender> {
  if (process.getuid?.() !== 0) throw new NotHere('the home-made signer needs root')
  const sshd = findSshd()
  copyFileSync(certificateFile, join(directory, 'ca.crt'))
  copyFileSync(keyFile, join(directory, 'ca.key'))
  copyFileSync(join(here, 'home-made-signer.sh'), join(directory, 'home-made-signer.sh'))
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'ssh_host_ed25519_key')])
  const port = await findPort()
  const { pid, stop } = await startServer({
    command: join(here, 'home-made-sshd.sh'),
    args: [sshd, directory, `${port}`],
    ready: /Server listening/,
  })
  return { title: 'home-made: sshd, forced command, openssl', port, user: 'signer', pids: [pid], stop }
}

function findSshd(): string {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const found = places.map((place) => join(place, 'sshd')).find((file) => existsSync(file))
  if (found === undefined) throw new NotHere('there is no sshd')
  return found
}

async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const place = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (place === null || typeof place === 'string') throw new Error('no port')
  return place.port
}

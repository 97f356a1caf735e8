import { existsSync, mkdirSync } from 'node:fs'
import { runCommand } from './command.ts'
import type { Release } from './release.ts'

const keyrings = '/usr/share/keyrings'

/** The mirror that this machine has its Debian from, so that what reaches that reaches this. */
export async function findMirror(): Promise<string> {
  const format = ['--format', '$(REPO_URI) $(ORIGIN) $(LABEL)', 'Created-By: Packages']
  const targets = await runCommand('apt-get', ['indextargets', ...format])
  const known = /^(https?:\/\/\S+) Debian Debian$/m.exec(targets)?.[1]
  if (known !== undefined) return known
  // Where no lists are there yet, apt still tells where it would have them from.
  const wanted = await runCommand('apt-get', ['--print-uris', 'update'])
  const named = /^'(https?:\/\/[^' ]+\/)dists\/[a-z]+\/main\/binary-/m.exec(wanted)?.[1]
  if (named !== undefined) return named
  throw new Error('the sources of apt name no mirror of Debian: see /etc/apt/sources.list.d')
}

/**
 * Debian's keys: the system's, or, where those are older than the release, the newest that its own release offers.
 * `directory` is where they may be unpacked.
 */
export async function findKeyring(release: Release, directory: string): Promise<string> {
  const installed = `${keyrings}/debian-archive-keyring.gpg`
  if (existsSync(`${keyrings}/debian-archive-${release}-stable.gpg`)) return installed
  mkdirSync(directory, { recursive: true })
  await runCommand('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', 'debian-archive-keyring'], {
    cwd: directory,
  })
  await runCommand('sh', ['-c', 'dpkg-deb -x debian-archive-keyring_*.deb .'], { cwd: directory })
  return `${directory}${installed}`
}

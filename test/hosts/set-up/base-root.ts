import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { findKeyring } from '../../../scripts/set-up/debian/keyring.mjs'
import { findMirror } from '../../../scripts/set-up/debian/mirror.mjs'
import { runCommand, withSignOfLife } from './command.ts'
import { places } from './places.ts'
import type { Release } from './release.ts'

/** What a host has that was installed from Debian's installer with an SSH server, and what these tests look with. */
const installed = [
  ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'iputils-ping', 'procps', 'openssh-server', 'openssl'],
  ...['libpam-systemd', 'ca-certificates', 'libstdc++6', 'libfaketime', 'faketime', 'nftables', 'login'],
]

/** What apt finds in its cache on a host that reaches no mirror: everything that our packages depend on, or use where it is there. */
const downloaded = ['etcd-server', 'etcd-client', 'age']

// Each command hides what it mounts from everybody else, and takes what it has started with it.
const isolated = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--']

/** The root directory of a release, made once and then kept; hosts lay their own files over it. */
export async function ensureBaseRoot(release: Release): Promise<string> {
  const root = `${places.cache}/${release}-${recipeHash()}`
  if (existsSync(root)) return root
  mkdirSync(places.cache, { recursive: true })
  removeOthers(release)
  const unfinished = `${root}.unfinished`
  await withSignOfLife(`making a root directory of Debian ${release} (debootstrap)`, () => make(release, unfinished))
  renameSync(unfinished, root)
  return root
}

// Those of other recipes, and those that were not finished.
function removeOthers(release: Release): void {
  for (const name of readdirSync(places.cache)) {
    if (name.startsWith(`${release}-`)) rmSync(`${places.cache}/${name}`, { recursive: true, force: true })
  }
}

async function make(release: Release, root: string): Promise<void> {
  const mirror = await findMirror()
  const keyring = await findKeyring(release, `${places.cache}/keyring`)
  const bootstrap = ['--variant=minbase', `--keyring=${keyring}`, `--include=${installed.join(',')}`]
  await inRoot(['debootstrap', ...bootstrap, release, root, mirror])
  copyFileSync('/etc/resolv.conf', `${root}/etc/resolv.conf`)
  writeFileSync(`${root}/etc/apt/sources.list`, `deb ${mirror} ${release} main\n`)
  // The disks of these hosts live for minutes: dpkg need not wait for each file.
  writeFileSync(`${root}/etc/dpkg/dpkg.cfg.d/unsafe-io`, 'force-unsafe-io\n')
  writeFileSync(`${root}/prepare`, prepareScript())
  await inRoot(['chroot', root, 'sh', '-e', '/prepare'])
  rmSync(`${root}/prepare`)
}

async function inRoot(command: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
  await runCommand('unshare', [...isolated, ...command], { env })
}

// Nothing that tells hosts apart may be the same on all of them.
function prepareScript(): string {
  return `
apt-get -q update
apt-get -q install --yes --download-only ${downloaded.join(' ')}
apt-cache gencaches
systemctl enable systemd-networkd.service
systemctl mask getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \\
  fstrim.timer dpkg-db-backup.timer
rm -f /etc/ssh/ssh_host_* /etc/resolv.conf /etc/hostname
: > /etc/machine-id
`
}

function recipeHash(): string {
  const recipe = readFileSync(fileURLToPath(import.meta.url))
  return createHash('sha256').update(recipe).digest('hex').slice(0, 12)
}

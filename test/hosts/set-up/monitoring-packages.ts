import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand, withSignOfLife } from './command.ts'
import { places } from './places.ts'
import type { Release } from './release.ts'

const wanted = ['prometheus', 'prometheus-alertmanager', 'prometheus-node-exporter']

/**
 * Debian's monitoring, for hosts that reach no mirror: a directory of packages, with what they need beyond the root
 * directory of their release. They are in no root directory, since they would start on every host; one scenario wants them.
 */
export async function ensureMonitoringPackages(release: Release, baseRoot: string): Promise<string> {
  const directory = `${places.cache}/monitoring-${release}-${recipeHash(baseRoot)}`
  if (existsSync(directory)) return directory
  for (const name of readdirSync(places.cache)) {
    if (name.startsWith(`monitoring-${release}-`)) rmSync(`${places.cache}/${name}`, { recursive: true, force: true })
  }
  const unfinished = `${directory}.unfinished`
  await withSignOfLife(`downloading Prometheus for Debian ${release}`, () => download(baseRoot, unfinished))
  renameSync(unfinished, directory)
  return directory
}

/** By the lists of the root directory, as its hosts know them; its archives stay as they are. */
async function download(baseRoot: string, directory: string): Promise<void> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
  const script = `
work="$2/work"
mkdir -p "$work"
mount -t tmpfs tmpfs "$work"
mkdir "$work/changes" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$work/changes,workdir=$work/work" "$work/root"
cp /etc/resolv.conf "$work/root/etc/resolv.conf"
chroot "$work/root" apt-get -q --yes --no-install-recommends --download-only install ${wanted.join(' ')}
mv "$work"/changes/var/cache/apt/archives/*.deb "$2/"
umount -R "$work"
rmdir "$work"
`
  await runCommand('unshare', [...namespaces, '--', 'sh', '-ec', script, 'sh', baseRoot, directory]).catch((error) => {
    const advice = `where the mirror has newer ones than ${baseRoot} knows, delete that and run this again`
    throw new Error(`the packages of Prometheus cannot be downloaded; ${advice}`, { cause: error })
  })
}

// Other lists know other versions.
function recipeHash(baseRoot: string): string {
  const recipe = readFileSync(fileURLToPath(import.meta.url))
  return createHash('sha256').update(recipe).update(basename(baseRoot)).digest('hex').slice(0, 12)
}

import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { type ShellResult, shell } from '../shell/shell.ts'

// Mounts that nobody else sees and that go away with their processes; without root, in a user namespace too.
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'].join(' ')

/** Whether this machine lets a test mount anything. */
export function canMount(title: string): boolean {
  const isPossible = spawnSync('sh', ['-c', `${unshare} mount -t tmpfs none '${tmpdir()}'`]).status === 0
  if (!isPossible) process.stderr.write(`skipped: ${title} (this machine allows no mount, not even of tmpfs)\n`)
  return isPossible || process.env['CI'] !== undefined
}

// In a user namespace the real root is nobody, and so is whose / and /tmp are: paths that nobody but root could exchange
// are none there. So the same host is seen from a root directory of one's own, with the own directories below /tmp.
const ownRoot = `
  mount -t tmpfs -o mode=755 none /mnt
  for entry in /*; do
    if [ -L "$entry" ]; then cp -P "$entry" "/mnt$entry"
    elif [ "$entry" != /mnt ] && [ "$entry" != /tmp ] && [ -d "$entry" ]; then
      mkdir "/mnt$entry" && mount --rbind "$entry" "/mnt$entry"
    fi
  done
  mkdir /mnt/tmp && chmod 1777 /mnt/tmp
  for own in /tmp/signet-*; do
    if [ -d "$own" ] && [ -O "$own" ]; then mkdir "/mnt$own" && mount --bind "$own" "/mnt$own"; fi
  done
  exec chroot /mnt sh -c "$SCRIPT"
`

/** Runs lines of `sh` as root of a mount namespace of their own. */
export function inMountNamespace(script: string): Promise<ShellResult> {
  const environment = { SCRIPT: script, OWN_ROOT: ownRoot }
  const prepared = process.getuid?.() === 0 ? '"$SCRIPT"' : '"$OWN_ROOT"'
  return shell(`${unshare} sh -c ${prepared}`, { directory: '/', environment })
}

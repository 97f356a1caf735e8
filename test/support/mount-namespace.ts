import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { type ShellResult, shell } from './shell.ts'

// Mounts that nobody else sees and that go away with their processes; without root, in a user namespace too.
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'].join(' ')

/** Whether this machine lets a test mount anything. */
export function canMount(title: string): boolean {
  const isPossible = spawnSync('sh', ['-c', `${unshare} mount -t tmpfs none '${tmpdir()}'`]).status === 0
  if (!isPossible) process.stderr.write(`skipped: ${title} (this machine allows no mount, not even of tmpfs)\n`)
  return isPossible || process.env['CI'] !== undefined
}

/** Runs lines of `sh` as root of a mount namespace of their own. */
export function inMountNamespace(script: string): Promise<ShellResult> {
  return shell(`${unshare} sh -c "$SCRIPT"`, { directory: '/', environment: { SCRIPT: script } })
}

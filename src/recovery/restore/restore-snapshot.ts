import { constants } from 'node:fs'
import { lchown, lstat, mkdir, open, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { writeFailure } from '../../host/files/file-failure.ts'
import { removeTree } from '../../host/files/remove-file.ts'
import { syncDirectory } from '../../host/files/sync-directory.ts'
import { idleCommand } from '../../host/programs/idle-command.ts'
import { type ProgramEnd, runWithInput } from '../../host/programs/run-with-input.ts'
import { requireNewEnough } from './require-new-enough.ts'
import { restoreFailure } from './restore-failure.ts'
import { planRestoreArguments, type RestoreOrder } from './restore-order.ts'
import type { RestoreWorld } from './restore-world.ts'

/** What of the data's directory stands beside it until the data are whole. */
const stagingEnding = '.signet-restoring'
const inner = 'data'
const lookEveryMs = 250

/**
 * Restores a snapshot into a directory that is not there yet, which gets its name only once everything is in it, is its
 * owner's and on the disk. Whatever goes wrong, nothing is left; what a run that was killed has left, the next one removes. One at
 * a time for each directory: whoever calls holds a lock. Throws `bad-data` for a snapshot that is not whole, `configuration`
 * where the host has no room or its tool is too old, `refused` where there is something already, `try-later` when interrupted.
 */
export async function restoreSnapshot(order: RestoreOrder, world: Pick<RestoreWorld, 'signal'>): Promise<void> {
  const target = resolve(order.dataDirectory)
  requireNewEnough(order.tool.name, order.tool.version, order.savedBy)
  await requireNothingAt(target)
  const staging = `${target}${stagingEnding}`
  await removeTree(staging)
  await mkdir(staging, { mode: 0o700 }).catch((error: unknown) => {
    throw writeFailure(staging, error)
  })
  try {
    await restoreInside(staging, { ...order, file: resolve(order.file) }, world)
    await requireNothingAt(target)
    await rename(join(staging, inner), target)
    await syncDirectory(dirname(target))
  } finally {
    await removeTree(staging)
  }
}

// The directory may lie in one that is etcd's, where that account could exchange it for a link. So it is held open, and everything in
// it is reached through what was opened (CWE-367).
async function restoreInside(
  staging: string,
  order: RestoreOrder,
  { signal }: Pick<RestoreWorld, 'signal'>,
): Promise<void> {
  const held = await open(staging, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const { uid, mode } = await held.stat()
    if (uid !== process.geteuid?.() || (mode & 0o077) !== 0) throw exchanged(staging)
    const directory = `/proc/${process.pid}/fd/${held.fd}`
    await runTool(order, directory, signal)
    await settle(join(directory, inner), order.owner)
  } finally {
    await held.close()
  }
}

async function runTool(order: RestoreOrder, directory: string, signal: AbortSignal): Promise<void> {
  const { bytes } = await sizeOf(order.file)
  const watch = setInterval(() => void tellProgress(directory, bytes, order), lookEveryMs)
  try {
    const end = await runWithInput({
      ...dyingWithUs(order, planRestoreArguments(order, inner)),
      input: '',
      directory,
      signal,
      timeoutMs: planTimeoutMs(bytes),
      maxOutputBytes: 1024 * 1024,
    })
    requireRestored(end, order)
  } finally {
    clearInterval(watch)
  }
}

// However this process ends, the kernel ends the tool with it.
function dyingWithUs({ tool, isIdle = false }: RestoreOrder, args: readonly string[]) {
  const line = isIdle ? idleCommand([tool.program, ...args]) : [tool.program, ...args]
  return { command: 'setpriv', args: ['--pdeathsig', 'KILL', '--', ...line] }
}

/** Of 1 GiB restoring took 9 s (etcdutl 3.5.16, under load); what takes thirty times as long hangs. */
function planTimeoutMs(bytes: number): number {
  return 120_000 + Math.ceil(bytes / 4_000_000) * 1000
}

function requireRestored(end: ProgramEnd, order: RestoreOrder): void {
  if (end.how === 'exited' && end.exitStatus === 0) return
  throw restoreFailure(end, order)
}

async function tellProgress(directory: string, totalBytes: number, { onProgress }: RestoreOrder): Promise<void> {
  if (onProgress === undefined) return
  const found = await stat(join(directory, inner, 'member/snap/db')).catch(() => undefined)
  if (found !== undefined) onProgress(Math.min(found.size, totalBytes), totalBytes)
}

async function sizeOf(file: string): Promise<{ readonly bytes: number }> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new SignetError('configuration', `there is no ${quoteUntrusted(file)} that can be read`, {
      hint: `see: ls -l ${quoteShell(file)}`,
      cause,
    })
  })
  return { bytes: found.size }
}

/** Gives all that was restored its owner, links themselves and never what they lead to, and brings it to the disk. */
async function settle(path: string, owner: RestoreOrder['owner']): Promise<void> {
  const found = await lstat(path)
  if (found.isDirectory()) {
    for (const name of await readdir(path)) await settle(join(path, name), owner)
    await syncDirectory(path)
  } else if (found.isFile()) {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    await file.sync().finally(() => file.close())
  }
  if (owner !== undefined) await lchown(path, owner.uid, owner.gid)
}

async function requireNothingAt(target: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined)
  if (found === undefined) return
  throw new SignetError('refused', `${target} is there already, and nothing is restored over it`, {
    hint: `see what it is: ls -la ${quoteShell(target)}`,
  })
}

function exchanged(staging: string): SignetError {
  return new SignetError('refused', `${staging} was exchanged by another account while it was made`, {
    hint: `see what it is: ls -ld ${quoteShell(staging)}`,
  })
}

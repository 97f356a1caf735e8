import { existsSync, lstatSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { parseMountPoints } from '../../host/files/mount-points.ts'
import { syncDirectory } from '../../host/files/sync-directory.ts'

/** Where a member's data are, go to, and come from: three names in one directory, so that each move is one rename(2). */
export interface DataPlace {
  /** What etcd reads. */
  readonly live: string
  /** What it has read until now: never deleted. */
  readonly aside: string
  /** Where a store is made before it takes the place of `live`. */
  readonly making: string
}

/** The data directory as the kernel has it. */
export interface DataDirectory {
  readonly path: string
  readonly isLink: boolean
  /** All of the host. */
  readonly mountPoints: readonly string[]
}

/** Looks at the data directory, and follows nothing. */
export async function readDataDirectory(path: string): Promise<DataDirectory> {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return { path, isLink, mountPoints: parseMountPoints(mountinfo) }
}

/**
 * Where the data of a member go: beside the data directory, or, where that is a mount point and cannot be renamed, within it.
 * Refuses a link, and a mount below, which would stay where it is while the rest moves. Pure. Throws `configuration`.
 */
export function planAside({ path, isLink, mountPoints }: DataDirectory, utc: string): DataPlace {
  if (isLink) {
    throw new SignetError('configuration', `${path} is a link, and root moves nothing through a link`, {
      hint: `mount what it leads to instead: rm ${quoteShell(path)}; mkdir ${quoteShell(path)}; mount --bind TARGET ${quoteShell(path)}`,
    })
  }
  const below = mountPoints.find((point) => point.startsWith(`${path}/`))
  if (below !== undefined) {
    throw new SignetError('configuration', `${below} is a file system of its own within ${path}`, {
      hint: `the data cannot be moved in one piece: stop etcd, copy what is there into ${quoteShell(path)}, and unmount it: umount ${quoteShell(below)}`,
    })
  }
  const live = mountPoints.includes(path) ? join(path, 'member') : path
  return { live, aside: `${live}.before-${utc}`, making: `${live}.making` }
}

/** The moment in a name. */
export function formatUtc(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
}

/** Moves the data aside, once: what is there since is somebody else's. */
export async function moveAside({ live, aside }: DataPlace): Promise<void> {
  if (existsSync(aside) || !existsSync(live)) return
  await renameSynced(live, aside)
}

/** Brings them back. Where they never went, nothing is done, whatever is in their place. */
export async function moveBack({ live, aside }: DataPlace): Promise<void> {
  if (!existsSync(aside)) return
  if (existsSync(live)) throw new SignetError('internal', `${live} is there again, and ${aside} too`)
  await renameSynced(aside, live)
}

/** Where stores are kept on which etcd has run and that were undone: clients may have written to them. */
export function undoneStores(place: DataPlace): readonly string[] {
  const names: string[] = []
  while (existsSync(undoneName(place, names.length + 1))) names.push(undoneName(place, names.length + 1))
  return names
}

/** The name for one more of them. */
export function freeUndone(place: DataPlace): string {
  return undoneName(place, undoneStores(place).length + 1)
}

function undoneName({ aside }: DataPlace, number: number): string {
  return `${aside}.undone-${number}`
}

/** rename(2), on the disk when it resolves. */
export async function renameSynced(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncDirectory(dirname(to))
}

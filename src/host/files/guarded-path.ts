import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readPrivateGroup } from '../programs/private-group.ts'
import type { NamedThing } from './look-at.ts'

/** How a path is looked at, and who may have a hand in it besides root. */
export interface Guard {
  readonly look: (path: string) => Promise<NamedThing | undefined>
  /** The account that runs this. */
  readonly ownUid: number
  /**
   * Who else the file at the end may belong to, where it matters who changes it; left out, only who could exchange it
   * for another counts.
   */
  readonly fileOwners?: readonly number[] | undefined
  /** What to type where a name of the path is not as it must be; left out, what helps who may choose the place. */
  readonly remedy?: ((name: string) => string) | undefined
  /** The option that chooses the place, where it is not `--dir`. */
  readonly option?: string | undefined
}

/** What helps where the place is fixed, and root's: `/etc/etcd/pki` and its like. */
export function giveToRoot(name: string): string {
  return `see who has put what there, then: chown root: ${quoteShell(name)} && chmod go-w ${quoteShell(name)}`
}

const sticky = 0o1000
const writableByAll = 0o002
const writableByGroup = 0o020
/** As many as Linux follows (path_resolution(7)). */
const maxLinks = 40

/**
 * Refuses a path of a file that another account could lead elsewhere: root would then read, write, delete or append to
 * what that account chooses (CWE-59, CWE-367, CWE-379). Goes from `/` name by name and through every link, and at each
 * asks whose it is and who may write to it.
 *
 * Nothing can be exchanged between this and the use of the path: a name is exchanged by whoever may write to its
 * directory, and that is root and the own account alone for each directory that was passed. In a sticky one above the
 * last (/tmp) others may make names, but not take away ours. What is not there yet below a sticky one is what others may
 * make first: whoever makes it checks again. So no descriptors need be held; root itself is not guarded against.
 */
export async function requireGuarded(path: string, guard: Guard): Promise<void> {
  const walk: Walk = { path, guard, here: '/', names: ['', ...namesOf(path)], links: 0, isShared: false }
  while (walk.names.length > 0) if (!(await step(walk))) return
}

interface Walk {
  readonly path: string
  readonly guard: Guard
  /** Where the walk is: a directory without links in its path. */
  here: string
  /** What is still to be passed; the last is the file. */
  names: string[]
  links: number
  /** Whether everybody can make names in `here`, which is sticky. */
  isShared: boolean
}

/** Passes one name. False where there is nothing further to look at. */
async function step(walk: Walk): Promise<boolean> {
  const name = walk.names.shift() ?? ''
  const at = join(walk.here, name)
  const isLast = walk.names.length === 0
  if (isLast && walk.isShared) throw shared(walk.here, walk)
  const found = await walk.guard.look(at)
  if (found === undefined) return false
  if (found.kind === 'link') {
    requireOwner(at, found, walk)
    follow(walk, at, found.target)
    return true
  }
  if (isLast) return requireFile(at, found, walk)
  await requireDirectory(at, found, walk)
  return true
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

function follow(walk: Walk, at: string, target: string): void {
  walk.links += 1
  if (walk.links > maxLinks) {
    const hint = `see where it leads: namei -l ${quoteShell(walk.path)}`
    throw new SignetError('configuration', `too many links from ${walk.path}`, { hint })
  }
  walk.here = dirname(at)
  walk.names = [...(target.startsWith('/') ? ['', ...namesOf(target)] : namesOf(target)), ...walk.names]
  if (target.startsWith('/')) walk.here = '/'
}

async function requireDirectory(at: string, found: NamedThing, walk: Walk): Promise<void> {
  requireOwner(at, found, walk)
  walk.here = at
  walk.isShared = false
  if (!(await isWritable(found, walk))) return
  if ((found.mode & sticky) === 0) throw writable(at, found, walk)
  walk.isShared = true
}

async function requireFile(at: string, found: NamedThing, walk: Walk): Promise<false> {
  const { fileOwners } = walk.guard
  if (fileOwners === undefined) return false
  requireOwner(at, found, walk, fileOwners)
  if (found.kind === 'file' && (await isWritable(found, walk))) throw writable(at, found, walk)
  return false
}

// With Debian's umask for people, 002, what they make may be written to by a group that nobody else is in.
async function isWritable({ mode, gid }: NamedThing, { guard }: Walk): Promise<boolean> {
  if ((mode & writableByAll) !== 0) return true
  return (mode & writableByGroup) !== 0 && gid !== (await readPrivateGroup(guard.ownUid))
}

function requireOwner(at: string, { uid }: NamedThing, walk: Walk, others: readonly number[] = []): void {
  if ([0, walk.guard.ownUid, ...others].includes(uid)) return
  throw new SignetError('refused', `${place(at, walk)} belongs to account ${uid}, which could exchange what is there`, {
    hint:
      walk.guard.remedy?.(at) ??
      `run this as that account, without sudo; or choose another directory: ${optionOf(walk)}=DIR`,
  })
}

function writable(at: string, { mode }: NamedThing, walk: Walk): SignetError {
  const bits = mode.toString(8).padStart(4, '0')
  const choice = `chmod go-w ${quoteShell(at)}; or run this without sudo, or choose another directory: ${optionOf(walk)}=DIR`
  return new SignetError('refused', `${place(at, walk)} can be changed by other accounts (mode ${bits})`, {
    hint: walk.guard.remedy?.(at) ?? choice,
  })
}

function optionOf({ guard }: Walk): string {
  return guard.option ?? '--dir'
}

function shared(at: string, walk: Walk): SignetError {
  return new SignetError('refused', `every account can put files into ${place(at, walk)}`, {
    hint: `make a directory in it and name that: ${optionOf(walk)}=${quoteShell(join(at, 'DIR'))}`,
  })
}

// Whoever reads it must find it in the path that was typed.
function place(at: string, { path }: Walk): string {
  return path === at || path.startsWith(at === '/' ? at : `${at}/`) ? at : `${at}, to which ${path} leads,`
}

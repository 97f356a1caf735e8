import { lstat, readlink } from 'node:fs/promises'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'

/** What a name stands for, itself and not what it leads to. */
export interface NamedThing {
  readonly kind: 'directory' | 'link' | 'file' | 'other'
  /** Permission bits. Where there is an access list, the group's are its mask: nobody may more than they say (acl(5)). */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Where a link leads. */
  readonly target: string
}

/** Looks at a name without following it; undefined where there is none. Throws `configuration` where it cannot. */
export async function lookAt(path: string): Promise<NamedThing | undefined> {
  try {
    const found = await lstat(path)
    const kind = found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'link' : found.isFile() ? 'file' : 'other'
    const { uid, gid } = found
    return { kind, mode: found.mode & 0o7777, uid, gid, target: kind === 'link' ? await readlink(path) : '' }
  } catch (cause) {
    const code = systemErrorCode(cause)
    if (code === 'ENOENT') return undefined
    const reason = code === 'ENOTDIR' ? ': what is above it is no directory' : ''
    const hint = `see it: namei -l ${quoteShell(path)}`
    throw new SignetError('configuration', `${path} cannot be looked at${reason}`, { hint, cause })
  }
}

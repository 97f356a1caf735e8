import { lstat, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'

const writableByOthers = 0o022
const sticky = 0o1000

/**
 * Refuses to edit a `signet.yaml` that another account could exchange, or could have written: what it says is signed, and
 * root would bless it (CWE-379). Each directory from `/` on, and the file itself, must be root's, or of whoever runs this.
 */
export async function requireOwnConfiguration(file: string, ownUid: number): Promise<void> {
  const real = await realpath(dirname(file))
  // A link in place of the file would be replaced by one, and what it led to would silently count no more.
  for (const path of [...new Set([...pathsTo(dirname(file)), ...pathsTo(real)])]) await requireOwn(path, ownUid)
  const found = await lstat(file)
  if (!found.isFile()) throw notOwn(file, 'is no plain file')
  if (![0, ownUid].includes(found.uid)) throw notOwn(file, `belongs to account ${found.uid}`)
  if ((found.mode & writableByOthers) !== 0) throw notOwn(file, 'can be changed by other accounts')
}

async function requireOwn(path: string, ownUid: number): Promise<void> {
  const { uid, mode, isSymbolicLink } = await look(path)
  if (uid !== 0 && uid !== ownUid) throw notOwn(path, `belongs to account ${uid}`)
  // A link has no mode of its own. In /tmp and its like nobody can take away what somebody else has made there.
  if (isSymbolicLink || (mode & writableByOthers) === 0 || (mode & sticky) !== 0) return
  throw notOwn(path, 'can be changed by other accounts')
}

async function look(path: string) {
  const found = await lstat(path)
  return { uid: found.uid, mode: found.mode, isSymbolicLink: found.isSymbolicLink() }
}

function pathsTo(path: string): readonly string[] {
  return path === dirname(path) ? [path] : [...pathsTo(dirname(path)), path]
}

function notOwn(path: string, why: string): SignetError {
  return new SignetError('refused', `${path} ${why}: only root may write what is signed`, {
    hint: `see: ls -ld ${path}; then: chown root:root ${path}; chmod go-w ${path}`,
  })
}

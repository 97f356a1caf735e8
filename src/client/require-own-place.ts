import { dirname } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import type { LocalFiles } from '../host/local-files.ts'
import type { CertificateRequest } from './plan-request.ts'

const sticky = 0o1000
const writableByAll = 0o002

/** Where files are to go, and whose they may be. */
type Place = Pick<CertificateRequest, 'paths' | 'stateFile' | 'owner'>

interface Ownership {
  readonly files: Pick<LocalFiles, 'read' | 'readDirectory'>
  readonly ownUid: number
  readonly operatorUid?: number | undefined
}

/**
 * Refuses directories that another account could exchange the files of, and a key or CA certificate that another account
 * has put there: it would know the key of the certificate, or choose who is trusted (CWE-379, CWE-426).
 */
export async function requireOwnPlace(place: Place, { files, ownUid, operatorUid }: Ownership): Promise<void> {
  const { paths, stateFile, owner } = place
  const trusted = [0, ownUid, operatorUid, owner?.uid].filter((uid) => uid !== undefined)
  for (const path of [paths.key, paths.certificate, paths.ca, stateFile]) {
    await requireDirectory(dirname(path), { files, trusted })
  }
  for (const path of [paths.key, paths.ca]) {
    const file = await files.read(path)
    if (file !== undefined && !trusted.includes(file.uid)) throw foreign(path, file.uid)
  }
}

interface Trust {
  readonly files: Ownership['files']
  readonly trusted: readonly number[]
}

async function requireDirectory(directory: string, { files, trusted }: Trust): Promise<void> {
  const [found, isThere] = await nearest(directory, files)
  if (!trusted.includes(found.uid)) throw foreign(found.path, found.uid)
  // In /tmp and its like nobody can take away what somebody else has made there.
  if ((found.mode & writableByAll) === 0 || (!isThere && (found.mode & sticky) !== 0)) return
  throw new SignetError('configuration', `every account can put files into ${found.path}`, {
    hint: `choose a directory of this account's own with --dir, or: chmod o-w ${quoteShell(found.path)}`,
  })
}

interface Directory {
  readonly path: string
  readonly uid: number
  readonly mode: number
}

/** The directory, or the nearest above it that is there. */
async function nearest(
  directory: string,
  files: Pick<LocalFiles, 'readDirectory'>,
): Promise<readonly [found: Directory, isThere: boolean]> {
  for (let path = directory; ; path = dirname(path)) {
    const found = await files.readDirectory(path)
    if (found !== undefined) return [{ path, ...found }, path === directory]
    if (path === dirname(path)) return [{ path, uid: 0, mode: 0o755 }, false]
  }
}

function foreign(path: string, uid: number): SignetError {
  return new SignetError('configuration', `${path} belongs to account ${uid}, which could exchange what is there`, {
    hint: 'run this as that account, or choose another directory with --dir',
  })
}

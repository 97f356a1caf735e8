import { readFileSync, statSync } from 'node:fs'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'
import { writeFileAtomically } from './write-file-atomically.ts'

/**
 * The text of a file that only its owner may read, made (mode 0600) where there is none yet. Throws `configuration`
 * where it cannot be read or made, and where everybody could read it: a secret that was readable is none any more.
 */
export async function ensureSecretFile(path: string, make: () => string): Promise<string> {
  const present = readPresent(path)
  if (present !== undefined) return present
  const secret = make()
  try {
    await writeFileAtomically(path, secret, { mode: 0o600 })
  } catch (cause) {
    const hint = 'make its directory writable for this service, or put the file there'
    throw new SignetError('configuration', `${path} cannot be written`, { hint, cause })
  }
  return secret
}

function readPresent(path: string): string | undefined {
  try {
    refuseReadableByAll(path)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof SignetError) throw cause
    if (systemErrorCode(cause) === 'ENOENT') return undefined
    const hint = 'it must belong to the account of this service, with mode 0600'
    throw new SignetError('configuration', `${path} cannot be read`, { hint, cause })
  }
}

function refuseReadableByAll(path: string): void {
  if ((statSync(path).mode & 0o007) === 0) return
  throw new SignetError('configuration', `${path} is open to every account of this host`, {
    hint: `replace it by a new one, made with mode 0600: rm ${quoteShell(path)}; then start again`,
  })
}

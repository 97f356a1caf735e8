import { dirname } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its file system',
  EDQUOT: 'its quota is used up',
  EROFS: 'its file system is read-only',
  EACCES: 'this account may not',
  EPERM: 'this account may not',
}

/** Why a file or directory could not be written, where the host and not the program is to be mended; else the error. */
export function writeFailure(path: string, cause: unknown): unknown {
  const code = systemErrorCode(cause) ?? ''
  const reason = reasons[code]
  if (reason === undefined) return cause
  const look = code === 'ENOSPC' || code === 'EDQUOT' ? 'make room there' : 'see'
  const directory = quoteShell(dirname(path))
  const hint = `${look}: df -hi ${directory}; ls -ld ${directory}`
  return new SignetError('configuration', `${path} cannot be written: ${reason}`, { hint, cause })
}

import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'

/** Debian's packages with the programs that are run here. */
const packages: Readonly<Record<string, string>> = {
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  flock: 'util-linux',
  setpriv: 'util-linux',
  logger: 'bsdutils',
  getent: 'libc-bin',
  etcd: 'etcd-server',
  etcdctl: 'etcd-client',
}

/** Why a program was not started: it is not there, or it may not be run. */
export function notStarted(command: string, cause: Error): SignetError {
  if (command.includes('/')) {
    return new SignetError('configuration', `${command} cannot be started`, {
      hint: `see where it leads, and whether it may be run: namei -l ${quoteShell(command)}`,
      cause,
    })
  }
  const isMissing = systemErrorCode(cause) === 'ENOENT'
  if (!isMissing) {
    // Not `command -v`, which passes over one that may not be run.
    const hint = `see which is found, and whether it may be run: whereis -b ${command}; then: ls -lL FILE`
    return new SignetError('configuration', `${command} cannot be started`, { hint, cause })
  }
  const wanted = packages[command]
  const hint = wanted === undefined ? `install the package that has ${command}` : `apt install ${wanted}`
  return new SignetError('configuration', `${command} is not installed`, { hint, cause })
}

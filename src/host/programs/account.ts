import { SignetError } from '../../core/signet-error.ts'
import type { RunProgram } from '../clock-sync.ts'
import { runProgram } from './run-program.ts'

// The one package comes from Debian, the other from a file.
const packages: Readonly<Record<string, string>> = { etcd: 'apt install etcd-server' }
const lookUpTimeoutMs = 5000

/** The numbers of an account of this host. Throws `configuration` where there is none. */
export async function readAccount(
  name: string,
  run: RunProgram = runProgram,
): Promise<{ readonly uid: number; readonly gid: number }> {
  // Through NSS: the account may come from a directory, and not stand in /etc/passwd.
  const line = await run('getent', ['passwd', name], lookUpTimeoutMs).catch(() => '')
  const [found, , uid, gid] = line.trim().split(':')
  if (found === name && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? ''))
    return { uid: Number(uid), gid: Number(gid) }
  throw new SignetError('configuration', `this host has no account ${name}`, {
    hint: `install the package that makes it: ${packages[name] ?? 'apt install ./signet-server_*.deb'}`,
  })
}

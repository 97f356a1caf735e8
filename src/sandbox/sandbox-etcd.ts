import { dirname, join, resolve } from 'node:path'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { findOnPath, isProgram } from '../host/binaries/find-on-path.ts'

/** The directory of the etcd that the hosts of a sandbox run: the one that was typed, else where PATH has one. */
export function findSandboxEtcd(typed: string | undefined, path: string | undefined): string {
  if (typed !== undefined) return requireEtcd(resolve(typed))
  const found = findOnPath('etcd', path)
  if (found !== undefined) return dirname(found)
  throw new SignetError('configuration', 'etcd is not installed', {
    hint: 'apt install etcd-server; or name the directory of another: --etcd=DIR; or, in a checkout, npm run sandbox, which brings an etcd of its own',
  })
}

function requireEtcd(directory: string): string {
  if (isProgram(join(directory, 'etcd'))) return directory
  throw new SignetError('configuration', `there is no etcd in ${quoteUntrusted(directory)}`, {
    hint: 'name a directory with etcd and etcdctl: --etcd=DIR',
  })
}

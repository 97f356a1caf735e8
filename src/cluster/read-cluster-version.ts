import { SignetError } from '../core/signet-error.ts'
import { readText } from '../etcd/read-text.ts'
import { type MinorVersion, parseMemberVersion } from '../etcd/versions/upgrade-rules.ts'
import type { PairPaths } from '../host/pair-paths.ts'
import { readRequiredFile } from '../host/read-required-file.ts'

const timeoutMs = 3000
const mostBytes = 4096

/**
 * The version that the cluster as a whole has taken up, as one member knows it: no RPC tells it before 3.6, and each client URL has
 * `/version` (server/etcdserver/api/etcdhttp/version.go). Throws `unavailable`.
 */
export async function readClusterVersion(clientUrl: string, pair: PairPaths): Promise<MinorVersion> {
  const hint = 'run this as root on a member'
  const read = (file: string): string => readRequiredFile(file, hint)
  const [ca, cert, key] = [read(pair.ca), read(pair.certificate), read(pair.key)]
  const text = await readText(`${clientUrl}/version`, { ca, cert, key, timeoutMs, mostBytes }).catch(
    (cause: unknown) => {
      throw new SignetError('unavailable', `etcd at ${clientUrl} does not tell the cluster's version`, {
        hint: 'see: signet member list',
        cause,
      })
    },
  )
  const told = /"etcdcluster":"([0-9.]{1,16})"/.exec(text)?.[1]
  const version = told === undefined ? undefined : parseMemberVersion(told)
  if (version !== undefined) return version
  // As for some seconds after a cluster's first start.
  throw new SignetError('try-later', `etcd at ${clientUrl} knows no version of the cluster yet`, {
    hint: 'try again in some seconds',
  })
}

import { join } from 'node:path'
import * as v from 'valibot'
import { SignetError } from '../core/signet-error.ts'
import type { EtcdClient } from '../etcd/etcd-client.ts'
import { hostLayout } from '../host/host-layout.ts'
import { memberPaths, type PairPaths } from '../host/pair-paths.ts'
import { readRequiredFile } from '../host/read-required-file.ts'
import { connectWithPair } from './connect-with-pair.ts'
import { listMembersAtOnce } from './read-cluster.ts'

/** With which files, and where, this host talks to etcd. */
export interface ClusterAccess {
  readonly endpoints: readonly string[]
  readonly paths: PairPaths
  /** Whether the endpoints are what was heard of once: members may have gone since. */
  readonly areRemembered?: boolean | undefined
}

const usualTimeoutMs = 5000
const descriptionSchema = v.object({
  members: v.pipe(v.array(v.object({ clientUrl: v.string() })), v.minLength(1)),
  caFile: v.string(),
  adminCertFile: v.string(),
  adminKeyFile: v.string(),
})

/** This host's own member, or that of a sandbox. */
export function findAccess(sandbox: string | undefined): ClusterAccess {
  if (sandbox !== undefined) return readSandbox(join(sandbox, 'sandbox.json'))
  return { endpoints: ['https://127.0.0.1:2379'], paths: memberPaths(hostLayout()) }
}

/** A client for all members: those that the first one lists that answers. The caller closes it. */
export async function connectCluster(
  access: ClusterAccess,
  readTimeoutMs: () => number = () => usualTimeoutMs,
): Promise<EtcdClient> {
  const { paths } = access
  const first = connectWithPair(paths, { endpoints: access.endpoints, timeoutMs: readTimeoutMs() })
  try {
    // From the member's own memory: this must work without quorum too, above all then.
    const members = await listMembersAtOnce(first, false)
    const endpoints = members.filter(({ isLearner }) => !isLearner).flatMap(({ clientUrls }) => clientUrls)
    const given = access.areRemembered === true ? [] : access.endpoints
    return connectWithPair(paths, { endpoints: [...given, ...endpoints], timeoutMs: readTimeoutMs() })
  } finally {
    first.close()
  }
}

function readSandbox(file: string): ClusterAccess {
  const hint = 'start one: signet sandbox --dir=DIR; then give --sandbox=DIR'
  try {
    const text = readRequiredFile(file, hint)
    const { members, caFile, adminCertFile, adminKeyFile } = v.parse(descriptionSchema, JSON.parse(text))
    return {
      endpoints: members.map(({ clientUrl }) => clientUrl),
      paths: { ca: caFile, certificate: adminCertFile, key: adminKeyFile },
    }
  } catch (cause) {
    throw new SignetError('configuration', `no sandbox is described in ${file}`, { hint, cause })
  }
}

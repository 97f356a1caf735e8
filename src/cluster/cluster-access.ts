import { join } from 'node:path'
import * as v from 'valibot'
import { SignetError } from '../core/signet-error.ts'
import type { EtcdClient } from '../etcd/etcd-client.ts'
import { listMembers } from '../etcd/list-members.ts'
import { hostLayout } from '../host/host-layout.ts'
import { memberPaths, type PairPaths } from '../host/pair-paths.ts'
import { readRequiredFile } from '../host/read-required-file.ts'
import { connectWithPair } from './connect-with-pair.ts'

/** With which files, and where, this host talks to etcd. */
export interface ClusterAccess {
  readonly endpoints: readonly string[]
  readonly paths: PairPaths
  /** Whether the endpoints are what was heard of once: members may have gone since. */
  readonly areRemembered?: boolean | undefined
}

const timeoutMs = 5000
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

/** A client for all members: those that the first reachable one lists. The caller closes it. */
export async function connectCluster(access: ClusterAccess): Promise<EtcdClient> {
  const { paths } = access
  const first = connectWithPair(paths, { endpoints: access.endpoints, timeoutMs })
  try {
    // From the member's own memory: this must work without quorum too, above all then.
    const members = await listMembers(first, { linearizable: false })
    const endpoints = members.filter(({ isLearner }) => !isLearner).flatMap(({ clientUrls }) => clientUrls)
    const given = access.areRemembered === true ? [] : access.endpoints
    return connectWithPair(paths, { endpoints: [...given, ...endpoints], timeoutMs })
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

import { join } from 'node:path'
import * as v from 'valibot'
import { SignetError } from '../core/signet-error.ts'
import { connectEtcd, type EtcdClient } from '../etcd/etcd-client.ts'
import { listMembers } from '../etcd/list-members.ts'
import { readRequiredFile } from '../host/read-required-file.ts'

/** With which files, and where, this host talks to etcd. */
export interface ClusterAccess {
  readonly endpoints: readonly string[]
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  /** Whether the endpoints are what was heard of once: members may have gone since. */
  readonly areRemembered?: boolean
}

const timeoutMs = 5000
const hostPki = '/etc/etcd/pki'
const descriptionSchema = v.object({
  members: v.pipe(v.array(v.object({ clientUrl: v.string() })), v.minLength(1)),
  caFile: v.string(),
  adminCertFile: v.string(),
  adminKeyFile: v.string(),
})

/** This host's own member, or that of a sandbox. */
export function findAccess(sandbox: string | undefined): ClusterAccess {
  if (sandbox !== undefined) return readSandbox(join(sandbox, 'sandbox.json'))
  return {
    endpoints: ['https://127.0.0.1:2379'],
    caFile: join(hostPki, 'ca.crt'),
    certFile: join(hostPki, 'server.crt'),
    keyFile: join(hostPki, 'server.key'),
  }
}

/** A client for all members: those that the first reachable one lists. The caller closes it. */
export async function connectCluster(access: ClusterAccess): Promise<EtcdClient> {
  const credential = {
    caPem: readText(access.caFile),
    certPem: readText(access.certFile),
    keyPem: readText(access.keyFile),
  }
  const first = connectEtcd({ ...credential, endpoints: access.endpoints, timeoutMs })
  try {
    // From the member's own memory: this must work without quorum too, above all then.
    const members = await listMembers(first, { linearizable: false })
    const endpoints = members.filter(({ isLearner }) => !isLearner).flatMap(({ clientUrls }) => clientUrls)
    const given = access.areRemembered === true ? [] : access.endpoints
    return connectEtcd({ ...credential, endpoints: [...given, ...endpoints], timeoutMs })
  } finally {
    first.close()
  }
}

function readSandbox(file: string): ClusterAccess {
  try {
    const { members, caFile, adminCertFile, adminKeyFile } = v.parse(descriptionSchema, JSON.parse(readText(file)))
    return {
      endpoints: members.map(({ clientUrl }) => clientUrl),
      caFile,
      certFile: adminCertFile,
      keyFile: adminKeyFile,
    }
  } catch (cause) {
    throw new SignetError('configuration', `no sandbox is described in ${file}`, {
      hint: 'start one: signet sandbox --dir=DIR; then give --sandbox=DIR',
      cause,
    })
  }
}

function readText(file: string): string {
  return readRequiredFile(file, 'run this as root on a member; for a sandbox give --sandbox DIR')
}

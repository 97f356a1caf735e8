import { formatHostPort } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { type EtcdVersion, parseEtcdVersion } from '../../etcd/flags-by-version.ts'
import { isMemberName, nameForm } from '../../protocol/names.ts'
import type { HostWorld } from '../host-world.ts'
import type { OwnAddresses } from './own-addresses.ts'
import { parseQuota } from './quota.ts'

const versionTimeoutMs = 10_000

/** The member that this host is to become. */
export interface OwnMember extends OwnAddresses {
  readonly name: string
  /** `https://HOST:PORT` */
  readonly peerUrl: string
  readonly clientUrl: string
  readonly etcdVersion: EtcdVersion
  /** The largest database that its etcd takes. */
  readonly quotaBackendBytes: number
}

export interface MemberIdentity extends OwnAddresses {
  /** The host's own where it is not given. */
  readonly name: string | undefined
  /** etcd's, as typed. */
  readonly quota?: string | undefined
}

/** The member that this host is to be. Throws where name or address do not fit, or there is no etcd. */
export async function readOwnMember(
  world: Pick<HostWorld, 'etcdPorts' | 'hostName' | 'run'>,
  identity: MemberIdentity,
): Promise<OwnMember> {
  const { etcdPorts, hostName, run } = world
  const { address, secondAddress } = identity
  return {
    name: parseMemberName(identity.name ?? memberNameOf(hostName)),
    address,
    secondAddress,
    clientUrl: `https://${formatHostPort(address, etcdPorts.client)}`,
    peerUrl: `https://${formatHostPort(address, etcdPorts.peer)}`,
    etcdVersion: parseEtcdVersion(await run('etcd', ['--version'], versionTimeoutMs)),
    quotaBackendBytes: parseQuota(identity.quota),
  }
}

/**
 * A member's default name: the host's short name, with `etcd-` before it where that is absent.
 * @internal
 */
export function memberNameOf(hostName: string): string {
  const [short = ''] = hostName.split('.')
  return short.startsWith('etcd-') ? short : `etcd-${short}`
}

/** A member's name in what an operator typed. Throws `usage`. */
export function parseMemberName(name: string): string {
  if (isMemberName(name)) return name
  throw new SignetError('usage', `the name ${quoteUntrusted(name)} is not etcd-<id>`, {
    hint: `give it with --name=etcd-<id>, where <id> is ${nameForm}`,
  })
}

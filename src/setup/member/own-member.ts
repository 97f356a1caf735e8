import { formatHostPort } from '../../core/ip-address.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { isMemberName, nameForm } from '../../protocol/names.ts'
import type { EtcdPlace, UsableEtcd } from '../etcd-binaries/found-etcd.ts'
import type { HostWorld } from '../host-world.ts'
import type { OwnAddresses } from './own-addresses.ts'
import { parseQuota, quotaArgument } from './quota.ts'

/** The member that this host is to become. */
export interface OwnMember extends OwnAddresses {
  readonly name: string
  /** `https://HOST:PORT` */
  readonly peerUrl: string
  readonly clientUrl: string
  readonly etcdVersion: EtcdVersion
  /** Where its etcd is. */
  readonly etcd: EtcdPlace
  /** The largest database that its etcd takes. */
  readonly quotaBackendBytes: number
}

export interface MemberIdentity extends OwnAddresses {
  /** The host's own where it is not given. */
  readonly name?: string | undefined
  /** etcd's, as typed. */
  readonly quota?: string | undefined
}

/** What a member is, whatever etcd it runs. */
export type MemberPlace = Omit<OwnMember, 'etcd' | 'etcdVersion'>

/** The member that this host is to be. Throws where name or quota do not fit. */
export function planMemberPlace(
  { etcdPorts, hostName }: Pick<HostWorld, 'etcdPorts' | 'hostName'>,
  { name, address, secondAddress, quota }: MemberIdentity,
): MemberPlace {
  return {
    name: parseMemberName(name ?? memberNameOf(hostName)),
    address,
    secondAddress,
    clientUrl: `https://${formatHostPort(address, etcdPorts.client)}`,
    peerUrl: `https://${formatHostPort(address, etcdPorts.peer)}`,
    quotaBackendBytes: parseQuota(quota),
  }
}

/** The same with the etcd that was chosen for it. */
export function planOwnMember(place: MemberPlace, { version, ...etcd }: UsableEtcd): OwnMember {
  return { ...place, etcdVersion: version, etcd }
}

/**
 * A member's default name: the host's short name, with `etcd-` before it where that is absent.
 * @internal
 */
export function memberNameOf(hostName: string): string {
  const [short = ''] = hostName.split('.')
  return short.startsWith('etcd-') ? short : `etcd-${short}`
}

/** What was typed of the member beside its name and its address, as an interrupted run is told to be typed again. */
export function memberArguments({ etcd, quotaBackendBytes }: OwnMember): readonly string[] {
  const named = etcd.from === 'named' ? [`--etcd=${quoteShell(etcd.directory)}`] : []
  return [...named, ...quotaArgument(quotaBackendBytes)]
}

/** A member's name in what an operator typed. Throws `usage`. */
export function parseMemberName(name: string): string {
  if (isMemberName(name)) return name
  throw new SignetError('usage', `the name ${quoteUntrusted(name)} is not etcd-<id>`, {
    hint: `give it with --name=etcd-<id>, where <id> is ${nameForm}`,
  })
}

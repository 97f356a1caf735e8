import * as v from 'valibot'
import { parseDurationSeconds } from '../core/duration.ts'
import { SignetError } from '../core/signet-error.ts'
import { isNetwork } from '../host/signet-config.ts'

const schema = v.object({
  dir: v.optional(v.string()),
  members: v.string(),
  clientLifetime: v.string(),
  network: v.array(v.string()),
  etcd: v.optional(v.string()),
  ipv6: v.optional(v.boolean(), false),
})

export interface SandboxOptions {
  readonly directory: string | undefined
  readonly members: number
  readonly clientLifetime: string
  readonly networks: readonly string[]
  /** The directory of the etcd that it runs, as typed. */
  readonly etcd?: string | undefined
  /** On ::1, not on 127.0.0.x. */
  readonly isIpv6?: boolean
}

/** The options of `signet sandbox`. Throws `usage`. */
export function parseSandboxOptions(given: unknown): SandboxOptions {
  const { dir, members, clientLifetime, network, etcd, ipv6 } = v.parse(schema, given)
  if (!/^[1-9]$/.test(members)) {
    throw new SignetError('usage', '--members is not a number from 1 to 9', { hint: 'try --members 3' })
  }
  parseDurationSeconds(clientLifetime, '--client-lifetime')
  if (!network.every(isNetwork)) {
    throw new SignetError('usage', '--network is not a network', {
      hint: 'write ADDRESS/PREFIX: --network 192.0.2.0/24',
    })
  }
  return { directory: dir, members: Number(members), clientLifetime, networks: network, etcd, isIpv6: ipv6 }
}

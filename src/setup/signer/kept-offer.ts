import type { KeptPolicy } from '../../client/renew/kept-policy.ts'
import type { MemberPair } from '../../cluster/member-pair.ts'
import { formatDuration } from '../../core/duration.ts'
import type { SignerSettings } from './signer-settings.ts'

/** What the kept policy says otherwise than the settings of an adoption, where root gave nothing. */
export interface KeptOffer {
  readonly network?: readonly string[]
  readonly clientLifetime?: string
  readonly memberLifetime?: string
}

/** Which settings root gave: they count, whatever the kept policy says. */
export type GivenSettings = Readonly<Record<'network' | 'clientLifetime', boolean>>

const usualMemberLifetime = '90d'

/** What is offered of a kept policy: it is shown, and counts only where root says so. Pure. */
export function offerKept({ policy }: KeptPolicy, settings: SignerSettings, given: GivenSettings): KeptOffer {
  const { networks, clientLifetimeSeconds, memberLifetimeSeconds } = policy
  const [clientLifetime, memberLifetime] = [formatDuration(clientLifetimeSeconds), formatDays(memberLifetimeSeconds)]
  return {
    ...(given.network || isSame(networks, settings.networks) ? {} : { network: networks }),
    ...(given.clientLifetime || clientLifetime === settings.clientLifetime ? {} : { clientLifetime }),
    ...(memberLifetime === usualMemberLifetime ? {} : { memberLifetime }),
  }
}

/** Whether there is anything to take. */
export function isOffered(offer: KeptOffer): boolean {
  return Object.keys(offer).length > 0
}

/** The differences as root reads them before it decides. */
export function formatOffer(
  offer: KeptOffer,
  { time, signer }: KeptPolicy,
  settings: SignerSettings,
): readonly string[] {
  const { network, clientLifetime, memberLifetime } = offer
  const rows = [
    ...(network === undefined ? [] : [['networks', settings.networks.join(', ') || 'none', network.join(', ')]]),
    ...(clientLifetime === undefined ? [] : [['client lifetime', settings.clientLifetime, clientLifetime]]),
    ...(memberLifetime === undefined ? [] : [['member lifetime', usualMemberLifetime, memberLifetime]]),
  ]
  if (rows.length === 0) return []
  return [
    `the signer ${signer} told another policy at ${time}, of which this member keeps a copy:`,
    ...rows.map(([what, here, kept]) => `  ${what}: here ${here}; by the kept policy ${kept}`),
  ]
}

/** Pairs of the kept policy that are not among those that stay: shown, and never taken. */
export function formatKeptPairs({ policy }: KeptPolicy, pairs: readonly MemberPair[]): readonly string[] {
  const isAmong = (name: string, address: string): boolean =>
    pairs.some((pair) => pair.name === name && pair.address === address)
  return Object.entries(policy.members)
    .filter(([name, address]) => !isAmong(name, address))
    .map(
      ([name, address]) =>
        `the kept policy has ${name} at ${address}, which is not taken: add it to signet.yaml if it is right`,
    )
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((network) => other.includes(network))
}

// As operators write it: 90d, and not 2160h.
function formatDays(seconds: number): string {
  return seconds % 86_400 === 0 ? `${seconds / 86_400}d` : formatDuration(seconds)
}

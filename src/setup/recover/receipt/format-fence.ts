import { isIPv6 } from 'node:net'

/** One member that must never serve again, and where it would. */
export interface FencedMember {
  readonly name: string
  readonly addresses: readonly string[]
}

/**
 * What keeps a host from the etcd of members that are gone, and them from its own: one table each, so that a member that comes back
 * wiped is let in again by removing its own. nft(8) reads it; loaded twice it is there once. Pure.
 */
export function formatFence(members: readonly FencedMember[]): string {
  return members.map(formatTable).join('')
}

function formatTable({ name, addresses }: FencedMember): string {
  const table = `inet ${fenceTable(name)}`
  const rules = (direction: 'saddr' | 'daddr'): string =>
    addresses
      .map((address) => `    ${isIPv6(address) ? 'ip6' : 'ip'} ${direction} ${address} tcp dport { 2379, 2380 } drop\n`)
      .join('')
  const chain = (hook: 'input' | 'output', direction: 'saddr' | 'daddr'): string =>
    `  chain ${hook} {\n    type filter hook ${hook} priority -300; policy accept;\n${rules(direction)}  }\n`
  return [
    `# ${name} is gone from the cluster: signet recover.\n`,
    `table ${table}\n`,
    `delete table ${table}\n`,
    `table ${table} {\n`,
    chain('input', 'saddr'),
    chain('output', 'daddr'),
    '}\n',
  ].join('')
}

/** The table of a member: names may hold what identifiers of nft's may, but for how they begin. */
export function fenceTable(name: string): string {
  return `signet_gone_${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
}

/** The members whose tables are in the text of a file that was written by `formatFence`. Pure. */
export function parseFence(text: string): readonly FencedMember[] {
  return text.split(/^(?=# )/m).flatMap((block) => {
    const name = /^# (\S+) is gone from the cluster: signet recover\.$/m.exec(block)?.[1]
    const addresses = [...block.matchAll(/ saddr (\S+) tcp /g)].flatMap(([, address]) => address ?? [])
    return name === undefined ? [] : [{ name, addresses }]
  })
}

/**
 * Who is fenced after one more recovery: also those that an earlier one has fenced, but for addresses at which a member of this
 * cluster lives by now. Pure.
 */
export function joinFences(
  before: readonly FencedMember[],
  gone: readonly FencedMember[],
  living: readonly string[],
): readonly FencedMember[] {
  const names = new Set(gone.map(({ name }) => fenceTable(name)))
  const isStill = ({ name, addresses }: FencedMember): boolean =>
    !names.has(fenceTable(name)) && !addresses.some((address) => living.includes(address))
  return [...before.filter(isStill), ...gone]
}

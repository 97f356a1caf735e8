import { existsSync } from 'node:fs'
import { planLayout } from '../../client/client-layout.ts'
import { hostLayout } from '../../host/host-layout.ts'
import { wrapText } from './wrap-text.ts'

/** What a host is by now, as far as its files tell. */
export type HostRole = 'nothing' | 'unfinished' | 'master' | 'member' | 'signer'

/** By what is there; whoever may not look into a directory is told as where nothing is. */
export function readRole(layout = hostLayout(), client = planLayout(undefined)): HostRole {
  const { caKey, authoritySocket, memberKey, firstBoot } = layout
  if ([caKey, authoritySocket].some((path) => existsSync(path))) return 'signer'
  if (existsSync(memberKey)) return 'member'
  if (existsSync(client.paths.key) && existsSync(client.stateFile)) return 'master'
  return existsSync(firstBoot) ? 'unfinished' : 'nothing'
}

const see = [
  ['signet status', 'how this host is, and what is due'],
  ['signet doctor', 'what goes wrong, and what to type'],
] as const

const told: Readonly<
  Record<HostRole, { readonly what: string; readonly type: readonly (readonly [string, string])[] }>
> = {
  nothing: {
    what: 'nothing is set up on this host yet; type one of these first',
    type: [
      ['signet sandbox --members 3', 'try it: a throw-away cluster'],
      ['signet init --dry-run', 'the first etcd host: what it does'],
      ['signet join --signer-ip=IP --pin=PIN', 'an etcd host, one more'],
      ['signet request --signer-ip=IP --pin=PIN', 'a master: its certificate for etcd'],
    ],
  },
  unfinished: {
    what: 'installed, and this host is no member yet; type one of these first',
    type: [
      ['/root/setup/first-boot.sh', 'the first: it becomes the signer'],
      ['/root/setup/first-boot.sh --signer-ip=IP', 'one more: it joins the cluster'],
      ['signet init --dry-run', 'see first what would be done'],
    ],
  },
  master: {
    what: 'this host is a master',
    type: [...see, ['signet etcdctl -- endpoint health', 'ask etcd, as this master']],
  },
  member: {
    what: 'this host is a member of etcd',
    type: [...see, ['signet member list', 'all members, and how each is']],
  },
  signer: {
    what: 'this host is the signer, and a member of etcd',
    type: [...see, ['signet member list', 'all members, and how each is'], ['signet joins', 'who may become a member']],
  },
}

/** What to type first on a host, in ten lines at most; on a narrow terminal what it is for stands below each. Pure. */
export function formatFirstWords(role: HostRole, columns?: number): string {
  const { what, type } = told[role]
  const width = Math.max(...type.map(([command]) => command.length))
  const table = type.map(([command, why]) => `  ${command.padEnd(width)}  ${why}`)
  const isNarrow = columns !== undefined && table.some((line) => line.length > columns)
  const lines = isNarrow ? type.flatMap(([command, why]) => [`  ${command}`, `      ${why}`]) : table
  return [
    ...wrapText(`signet: ${what}:`, columns),
    ...lines,
    ...wrapText('All commands: signet --help; the runbook: /usr/share/doc/signet/RUNBOOK.md', columns),
    '',
  ].join('\n')
}

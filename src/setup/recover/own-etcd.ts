import { join } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import { isEtcdUrl } from '../../etcd/member-url.ts'
import type { HostWorld } from '../host-world.ts'
import { parseEtcdFlagsFile } from '../member/etcd-environment-file.ts'
import type { FormerMember } from './stand-down-marker.ts'

/** The member that this host is, by the flags of its etcd: they are there whether etcd runs or not. */
export interface OwnEtcd {
  readonly name: string
  readonly flags: readonly string[]
  readonly dataDirectory: string
  readonly peerUrls: readonly string[]
  readonly clientUrl: string
}

/** Reads the flags with which this host starts etcd. Throws `refused` where it is no member. */
export async function readOwnEtcd({ layout, files }: HostWorld): Promise<OwnEtcd> {
  const text = (await files.read(layout.etcdFlags))?.text
  const flags = parseEtcdFlagsFile(text ?? '')
  const name = flagOf(flags, 'name')
  const data = flagOf(flags, 'data-dir')
  if (text === undefined || name === undefined || data === undefined) {
    throw new SignetError('refused', 'this host is no member of a cluster that Signet made', {
      hint: 'run it on a member; where all members are lost: RUNBOOK, "Everything is lost"',
    })
  }
  if (flagOf(flags, 'wal-dir') !== undefined) {
    throw new SignetError('configuration', 'etcd keeps its log outside of its data directory (--wal-dir)', {
      hint: `Signet moves one directory: take --wal-dir out of ${layout.etcdFlags}, and bring the log to ${data}/member/wal, etcd stopped`,
    })
  }
  return {
    name,
    flags,
    // The flags name files as the host itself sees them.
    dataDirectory: join(layout.root, data),
    peerUrls: urlsOf(flags, 'initial-advertise-peer-urls'),
    clientUrl: urlsOf(flags, 'advertise-client-urls')[0] ?? '',
  }
}

/** The members that the flags name: those that there were when this one was made. Client URLs go by this member's own port. */
export function membersInFlags({ flags, clientUrl }: OwnEtcd): readonly FormerMember[] {
  const byName = new Map<string, string[]>()
  for (const pair of (flagOf(flags, 'initial-cluster') ?? '').split(',')) {
    const [name = '', url = ''] = pair.split('=')
    if (name !== '' && isEtcdUrl(url)) byName.set(name, [...(byName.get(name) ?? []), url])
  }
  return [...byName].map(([name, peerUrls]) => ({
    name,
    id: null,
    peerUrls,
    clientUrls: peerUrls.map((url) => withPortOf(clientUrl, url)),
  }))
}

/** The same host at the port of another URL. */
export function withPortOf(other: string, url: string): string {
  return `https://${new URL(url).hostname}:${new URL(other).port}`
}

/** Flags with some of them given other values; those that were not there come last. Pure. */
export function withFlags(flags: readonly string[], changed: Readonly<Record<string, string>>): readonly string[] {
  const others = flags.filter((flag) => !Object.keys(changed).some((name) => flag.startsWith(`--${name}=`)))
  return [...others, ...Object.entries(changed).map(([name, value]) => `--${name}=${value}`)]
}

function flagOf(flags: readonly string[], name: string): string | undefined {
  const value = flags.findLast((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3)
  return value === '' ? undefined : value
}

function urlsOf(flags: readonly string[], name: string): readonly string[] {
  return (flagOf(flags, name) ?? '').split(',').filter(isEtcdUrl)
}

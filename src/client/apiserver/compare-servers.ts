import { isIP } from 'node:net'
import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { readPeerHost } from '../ask/parse-peers.ts'

/** What is compared: the servers that are named, the client URLs of each member, and where this host is. */
export interface ComparedServers {
  readonly servers: readonly string[]
  readonly members: readonly (readonly string[])[]
  readonly ownAddresses: readonly string[]
}

/** How the servers that somebody was told differ from the members. Texts are fit to print. */
export interface ServerDifference {
  /** Named, and members. */
  readonly kept: readonly string[]
  /** Named, and no members. */
  readonly gone: readonly string[]
  /** Named by a host name that no member has as its own: whose they are is the resolver's to say. */
  readonly unclear: readonly string[]
  /** Members of which no URL is named. Not told where a name may stand for them, nor where only this host's own is wanted. */
  readonly missing: readonly string[]
  /** The flag as it should be. */
  readonly flag: string
}

/** Compares what is dialled: letter case, the ways to write an address and what follows the port make no difference. Pure. */
export function compareServers({ servers, members, ownAddresses }: ComparedServers): ServerDifference {
  const urls = members.flat()
  const keys = new Set(urls.map(keyOf))
  const local = urls.filter((url) => isAt(url, ownAddresses))
  const named = servers.map((server) => nameServer(server, keys, local))
  const others = named.filter(({ key }) => key === undefined)
  const unclear = others.filter(({ server }) => isName(server))
  // Each apiserver with the member of its own host, as kubeadm's stacked etcd has it, wants no other.
  const isEnough = unclear.length > 0 || named.every(({ isLocal }) => isLocal)
  const isNamed = (url: string): boolean => named.some(({ key }) => key === keyOf(url))
  return {
    kept: printed(named.filter(({ key }) => key !== undefined)),
    gone: printed(others.filter(({ server }) => !isName(server))),
    unclear: printed(unclear),
    missing: isEnough ? [] : members.filter((own) => !own.some(isNamed)).map((own) => own.join(', ')),
    flag: formatServersFlag(members),
  }
}

interface NamedServer {
  readonly server: string
  /** Of the member that it is; undefined where it is none. */
  readonly key: string | undefined
  /** Whether it is that member because both are on this host. */
  readonly isLocal: boolean
}

function nameServer(server: string, keys: ReadonlySet<string | undefined>, local: readonly string[]): NamedServer {
  const key = keyOf(server)
  if (key === undefined || keys.has(key)) return { server, key, isLocal: false }
  const [own] = isLoopback(server) ? local.filter((url) => portOf(url) === portOf(server)) : []
  return { server, key: own === undefined ? undefined : keyOf(own), isLocal: own !== undefined }
}

/** The flag of kube-apiserver that names these members. */
export function formatServersFlag(members: readonly (readonly string[])[]): string {
  return `--etcd-servers=${members.flat().join(',')}`
}

function printed(named: readonly { readonly server: string }[]): readonly string[] {
  return named.map(({ server }) => (readPeerHost(server) === undefined ? quoteUntrusted(server) : server))
}

// Undefined for what etcd's client could not dial: it takes no URL without a port.
function keyOf(server: string): string | undefined {
  const host = hostOf(server)
  return host === undefined ? undefined : `${parseIpAddress(host) ?? host.toLowerCase()} ${portOf(server)}`
}

function hostOf(server: string): string | undefined {
  return readPeerHost(dialledUrl(server))
}

function portOf(server: string): number {
  const url = dialledUrl(server)
  return Number.parseInt(url.slice(url.lastIndexOf(':') + 1), 10)
}

/**
 * What etcd's client makes of an endpoint: of a URL host and port alone, and without a scheme the whole, by TLS where there is a
 * certificate (etcd 3.6, client/v3/internal/endpoint/endpoint.go). A last dot of a name is the resolver's.
 */
function dialledUrl(server: string): string {
  const [, place] = /^https:\/\/([^/?#]*)/i.exec(server) ?? []
  const dialled = place ?? (server.includes('://') ? undefined : server)
  return dialled === undefined ? server : `https://${dialled.replace(/\.(?=:\d+$)/, '')}`
}

function isAt(url: string, addresses: readonly string[]): boolean {
  const address = parseIpAddress(hostOf(url) ?? '')
  return address !== undefined && addresses.some((own) => parseIpAddress(own) === address)
}

function isLoopback(server: string): boolean {
  const host = hostOf(server)?.toLowerCase() ?? ''
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isName(server: string): boolean {
  const host = hostOf(server)
  return host !== undefined && isIP(host) === 0 && !isLoopback(server)
}

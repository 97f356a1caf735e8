import { parseIpAddress } from '../core/ip-address.ts'

const hostNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/
const urlPattern = /^https:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([1-9][0-9]{0,4})$/
const maxUrlLength = 300

/**
 * Whether text is `https://HOST:PORT` and nothing more: no user, no path, no query, no second URL. Anything else could
 * smuggle words into a command line or another member into `--initial-cluster`.
 */
export function isEtcdUrl(text: string): boolean {
  if (text.length > maxUrlLength) return false
  const match = urlPattern.exec(text)
  return match !== null && isHost(match[1] ?? '') && Number(match[2]) <= 65_535
}

/** The IP address in a member's URL, canonical; undefined where it holds a host name. */
export function memberUrlAddress(url: string): string | undefined {
  const host = urlPattern.exec(url)?.[1] ?? ''
  return parseIpAddress(host.startsWith('[') ? host.slice(1, -1) : host)
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return parseIpAddress(host.slice(1, -1)) !== undefined
  return hostNamePattern.test(host)
}

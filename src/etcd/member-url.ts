import { parseIpAddress } from '../core/ip-address.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'

const hostNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/
const urlPattern = /^https:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([1-9][0-9]{0,4})$/

/** Whether text is `https://HOST:PORT` and nothing more: no user, no path, no query, no second URL. */
export function isEtcdUrl(text: string): boolean {
  const match = urlPattern.exec(text)
  return match !== null && isHost(match[1] ?? '') && Number(match[2]) <= 65_535
}

/**
 * A member's URL as etcd lists it: `https://HOST:PORT` and nothing more, as it was written. Throws `configuration`: what
 * does not fit could smuggle words into a command line or another member into `--initial-cluster`.
 */
export function parseMemberUrl(text: string, memberId: bigint): string {
  if (isEtcdUrl(text)) return text
  const member = memberId.toString(16)
  throw new SignetError('configuration', `etcd lists member ${member} under the URL ${quoteUntrusted(text)}`, {
    hint: `members must be known as https://HOST:PORT; if it is the peer URL: signet etcdctl -- member update ${member} --peer-urls=https://HOST:PORT`,
  })
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

import { isIPv4, isIPv6 } from 'node:net'

// Two words exactly: `::ffff:1` and `::ffff:1:2:3:4` begin alike, and are no IPv4-mapped addresses (RFC 4291 2.5.5.2).
const mappedPattern = /^::ffff:([0-9a-f]{1,4}:[0-9a-f]{1,4})$/

/**
 * The canonical text of an IP address (RFC 5952 for IPv6; an IPv4-mapped address becomes IPv4), or undefined where the
 * text is none. Zone identifiers (`fe80::1%eth0`) are refused: they mean something on one host only.
 */
export function parseIpAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (!isIPv6(text) || text.includes('%')) return undefined
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const mapped = mappedPattern.exec(canonical)?.[1]
  return mapped === undefined ? canonical : mappedIpv4(mapped)
}

/** `host:port` as URLs want it: IPv6 in brackets. */
export function formatHostPort(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

/** The 4 or 16 bytes of a canonical address, as an iPAddress SAN holds them (RFC 5280 section 4.2.1.6). */
export function ipAddressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const left = hextets(head)
  const right = hextets(tail)
  const middle = new Array<number>(8 - left.length - right.length).fill(0)
  const words = address.includes('::') ? [...left, ...middle, ...right] : left
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

function hextets(text: string): number[] {
  return text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
}

function mappedIpv4(hexWords: string): string {
  return hextets(hexWords)
    .flatMap((word) => [word >> 8, word & 0xff])
    .join('.')
}

import { isIPv6 } from 'node:net'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { byHand } from './by-hand.ts'
import type { Signer } from './signer.ts'

/** More members than any etcd cluster has, times the URLs that one may have. */
const maxPeers = 64
const urlPattern =
  /^https:\/\/(?:([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)|\[([0-9A-Fa-f:.]{2,45})\]):([1-9][0-9]{0,4})$/

/** The client URLs in an answer to `get-peers`, one a line. Throws `bad-data`: they end up in kube-apiserver's flags. */
export function parsePeers(answer: string, signer?: Signer): readonly string[] {
  const lines = answer.replaceAll('\r\n', '\n').trimEnd().split('\n')
  if (lines.length > maxPeers) throw notPeers(`over ${maxPeers} lines`, signer)
  for (const line of lines) if (readPeerHost(line) === undefined) throw notPeers(quoteUntrusted(line), signer)
  return [...new Set(lines)]
}

/** The host of a client URL; undefined where the text is none. */
export function readPeerHost(url: string): string | undefined {
  const [, name, ipv6, port] = urlPattern.exec(url) ?? []
  if (Number(port) > 65_535) return undefined
  if (ipv6 !== undefined) return isIPv6(ipv6) ? ipv6 : undefined
  return name
}

function notPeers(what: string, signer: Signer | undefined): SignetError {
  const hint = `see what answers: ${signer === undefined ? 'ssh signer@IP get-peers' : byHand(signer, 'get-peers')}`
  return new SignetError('bad-data', `the signer's answer to get-peers is not a list of client URLs: ${what}`, { hint })
}

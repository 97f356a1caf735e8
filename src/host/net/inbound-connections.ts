import { readFile } from 'node:fs/promises'
import { endianness } from 'node:os'
import { parseIpAddress } from '../../core/ip-address.ts'

const establishedState = '01'

/** The addresses from which TCP connections to this port of this host are open, one entry a connection. */
export async function readInboundConnections(port: number): Promise<readonly string[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readTable(`/proc/net/${table}`)))
  return tables.flatMap((table) => parseInboundConnections(table, port))
}

/**
 * The remote addresses of established connections to a local port, from the text of `/proc/net/tcp` or `tcp6`.
 * @internal
 */
export function parseInboundConnections(table: string, port: number): readonly string[] {
  const portHex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = table.split('\n').map((line) => line.trim().split(/\s+/))
  return lines.flatMap(([, local = '', remote = '', state]) => {
    if (state !== establishedState || !local.endsWith(`:${portHex}`)) return []
    return parseKernelAddress(remote.split(':')[0] ?? '') ?? []
  })
}

// A machine without IPv6 has no tcp6.
async function readTable(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

/** The kernel prints an address as words of 32 bits in the byte order of the machine. */
function parseKernelAddress(hex: string): string | undefined {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length !== 4 && bytes.length !== 16) return undefined
  if (endianness() === 'LE') bytes.swap32()
  if (bytes.length === 4) return bytes.join('.')
  const words = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.readUInt16BE(at).toString(16))
  return parseIpAddress(words.join(':'))
}

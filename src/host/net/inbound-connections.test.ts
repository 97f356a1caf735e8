import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { parseInboundConnections, readInboundConnections } from './inbound-connections.ts'

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

describe.skipIf(endianness() !== 'LE')('parseInboundConnections', () => {
  it('finds who has a connection to the port open, and nobody who listens, leaves or uses another port', () => {
    const table = [
      '   0: 0100007F:094C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1',
      '   1: 020200C0:094C 010200C0:D431 01 00000000:00000000 00:00000000 00000000     0        0 2',
      '   2: 020200C0:094C 030200C0:D431 06 00000000:00000000 00:00000000 00000000     0        0 3',
      '   3: 020200C0:D431 040200C0:094C 01 00000000:00000000 00:00000000 00000000     0        0 4',
    ].join('\n')
    expect(parseInboundConnections(heading + table, 2380)).toEqual(['192.0.2.1'])
  })

  it('reads IPv6, and IPv4 that came to an IPv6 socket', () => {
    const own = 'B80D0120000000000000000002000000'
    const table = [
      `   0: ${own}:094C B80D0120000000000000000001000000:D431 01 00000000:00000000 00:00000000 00000000 0 0 1`,
      `   1: ${own}:094C 0000000000000000FFFF0000010200C0:D431 01 00000000:00000000 00:00000000 00000000 0 0 2`,
    ].join('\n')
    expect(parseInboundConnections(heading + table, 2380)).toEqual(['2001:db8::1', '192.0.2.1'])
  })
})

describe.skipIf(process.platform !== 'linux')('readInboundConnections', () => {
  it('sees a real connection', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await readInboundConnections(port)).toEqual([])
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    expect(await readInboundConnections(port)).toEqual(['127.0.0.1'])
    socket.destroy()
    server.close()
  })
})

import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { readBusyPorts } from './busy-ports.ts'

describe('readBusyPorts', () => {
  it('tells the ports that somebody listens on, and no others', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
    const { port } = server.address() as AddressInfo
    expect(await readBusyPorts('127.0.0.1', [0, port])).toEqual([port])
    await new Promise((resolve) => server.close(resolve))
    expect(await readBusyPorts('127.0.0.1', [port])).toEqual([])
  })

  it('calls nothing busy that cannot be tried: a low port without root, an address of another host', async () => {
    // Nobody listens on tcpmux; whoever is not root may not either.
    expect(await readBusyPorts('127.0.0.1', [1])).toEqual([])
    expect(await readBusyPorts('192.0.2.1', [2379])).toEqual([])
  })
})

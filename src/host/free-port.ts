import { createServer } from 'node:net'

/** Ports of an address that nobody listens on, chosen by the system; all are held until the last is known. */
export async function findFreePorts(address: string, count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenAnywhere(address)))
  await Promise.all(servers.map(({ close }) => close()))
  return servers.map(({ port }) => port)
}

function listenAnywhere(address: string): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0
      resolve({ port, close: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

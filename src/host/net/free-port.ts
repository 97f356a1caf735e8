import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below what Linux gives to outgoing connections (32768 and up, ip(7)): one of those could take a port that was found
// free before whoever asked for it listens there.
const lowestPort = 15_000
const highestPort = 32_767
const attempts = 20

/** Ports of an address that nobody listens on; all are held until the last is known. */
export async function findFreePorts(address: string, count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenAnywhere(address)))
  await Promise.all(servers.map(({ close }) => close()))
  return servers.map(({ port }) => port)
}

interface Held {
  readonly port: number
  readonly close: () => Promise<void>
}

async function listenAnywhere(address: string): Promise<Held> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const held = await listen(address, randomInt(lowestPort, highestPort + 1)).catch(() => undefined)
    if (held !== undefined) return held
  }
  return listen(address, 0)
}

function listen(address: string, wanted: number): Promise<Held> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(wanted, address, () => {
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0
      resolve({ port, close: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

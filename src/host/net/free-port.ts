import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below what Linux gives to outgoing connections (32768 and up, ip(7)): one of those could take a port that was found
// free before whoever asked for it listens there.
const lowestPort = 15_000
const highestPort = 32_767
const attempts = 20

/** Ports that nobody listens on, at none of the addresses; all are held until the last is known. */
export async function findFreePorts(addresses: string | readonly string[], count: number): Promise<readonly number[]> {
  const distinct = [...new Set([addresses].flat())]
  const servers = await Promise.all(Array.from({ length: count }, () => listenAnywhere(distinct)))
  await Promise.all(servers.map(({ close }) => close()))
  return servers.map(({ port }) => port)
}

interface Held {
  readonly port: number
  readonly close: () => Promise<void>
}

async function listenAnywhere(addresses: readonly string[]): Promise<Held> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const held = await listenAtAll(addresses, randomInt(lowestPort, highestPort + 1)).catch(() => undefined)
    if (held !== undefined) return held
  }
  return listenAtAll(addresses, 0)
}

async function listenAtAll([first = '', ...others]: readonly string[], wanted: number): Promise<Held> {
  const held = await listen(first, wanted)
  if (others.length === 0) return held
  const more = await listenAtAll(others, held.port).catch(async (error: unknown) => {
    await held.close()
    throw error
  })
  return { port: held.port, close: async () => void (await Promise.all([held.close(), more.close()])) }
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

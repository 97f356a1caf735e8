import { createServer } from 'node:net'

/** Those of the ports on which somebody else listens at this address. */
export async function readBusyPorts(address: string, ports: readonly number[]): Promise<readonly number[]> {
  const busy = await Promise.all(ports.map((port) => isBusy(address, port)))
  return ports.filter((_, index) => busy[index])
}

function isBusy(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    // A port that this account may not have, or an address of another host, is not in use.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'))
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(false)))
  })
}

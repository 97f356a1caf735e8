import { join } from 'node:path'
import type { Contender } from './contender.ts'
import { startServer } from './start-server.ts'

const floorServer = join(import.meta.dirname, 'floor-server.ts')

/** The same SSH library saying "ok". */
export async function startFloor(): Promise<Contender> {
  const { pid, ready, stop } = await startServer({
    command: process.execPath,
    args: [floorServer],
    ready: /ready ([0-9]+)/,
  })
  const title = 'floor: ssh2 that says "ok"'
  return { title, port: Number(ready[1]), reach: { kind: 'ssh', user: 'signer' }, expected: 'ok', pids: [pid], stop }
}

import { connect } from 'node:net'

const usualTimeoutMs = 5000

/** Resolves once a TCP connection to this place was open; it is closed again. Throws an error of the system, with its code. */
export async function openTcp(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs = usualTimeoutMs,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })))
    socket.once('error', reject)
  })
}

/** Whether somebody takes connections at a URL's host and port, asked from this host. */
export function canReachUrl(url: string, timeoutMs = usualTimeoutMs): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return openTcp({ host, port: Number(port) }, timeoutMs).then(
    () => true,
    () => false,
  )
}

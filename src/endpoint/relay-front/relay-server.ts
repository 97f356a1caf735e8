import { createServer, type Server, type Socket } from 'node:net'
import { formatRelayAnswer } from '../../protocol/relay-message.ts'
import type { RelayLimits } from '../admission/front-limits.ts'
import { findLongestSilent } from '../admission/longest-silent.ts'
import { answerBusy } from '../answer-busy.ts'
import { RelayConnection, type RelayConnectionWorld } from './relay-connection.ts'

export interface RelayFrontOptions extends RelayConnectionWorld {
  /** Makes the server listen on the relay's socket. */
  readonly listen: (server: Server) => Promise<void>
}

/** The relay's side of the endpoint, listening. */
export interface RelayFront {
  /** Takes no new calls; waits a moment for those that are being answered. */
  close(): Promise<void>
}

/**
 * Starts to answer what OpenSSH lets in. The relay says where the caller is, and is believed: it must run as the account
 * `signer`, which the socket's group lets in and nobody else, and sshd alone must be able to run anything as that account.
 * A local `su signer` could forge SSH_CONNECTION, and with it a member's address; so PAM denies it to every other service.
 */
export async function startRelayFront(options: RelayFrontOptions): Promise<RelayFront> {
  const { refusals, limits } = options
  const connections = new Set<RelayConnection>()
  const server = createServer((socket) => {
    if (connections.size >= limits.maxConnections && !makesRoom(connections, limits)) {
      refusals.warn('connections', {}, 'too many connections')
      tellBusy(socket, limits)
      return
    }
    const connection = new RelayConnection(socket, options)
    connections.add(connection)
    socket.once('close', () => connections.delete(connection))
  })
  // Beyond it the relay finds nobody, and says 69.
  server.maxConnections = limits.maxConnections + limits.maxBusyConnections
  await options.listen(server)
  server.on('error', ({ message }) => refusals.warn('listen', { reason: message }, 'cannot accept'))
  server.on('drop', () => refusals.warn('connections', {}, 'too many connections'))
  return { close: () => closeFront(server, connections, limits.closeTimeoutMs) }
}

// Callers who ask for a certificate and send no CSR would otherwise keep everybody out, for as long as they like.
function makesRoom(connections: Set<RelayConnection>, { minSilenceMs }: RelayLimits): boolean {
  const silent = findLongestSilent(connections, performance.now() - minSilenceMs)
  if (silent === undefined) return false
  connections.delete(silent)
  silent.giveWay()
  return true
}

// sshd has let the caller in already, so that 75 costs a line.
function tellBusy(socket: Socket, { callTimeoutMs, lingerMs }: RelayLimits): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(lingerMs, () => socket.destroy())
  socket.resume()
  socket.end(`${formatRelayAnswer(answerBusy(callTimeoutMs))}\n`)
}

async function closeFront(server: Server, connections: ReadonlySet<RelayConnection>, timeoutMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  for (const connection of connections) if (!connection.isBusy) connection.destroy()
  const timer = setTimeout(() => {
    for (const connection of connections) connection.destroy()
  }, timeoutMs)
  await closed.finally(() => clearTimeout(timer))
}

import { type AddressInfo, createServer, type Server as NetServer, Socket } from 'node:net'
import ssh2, { type Connection } from 'ssh2'
import { formatFailureLines } from '../../core/failure-lines.ts'
import { parseIpAddress } from '../../core/ip-address.ts'
import { SignetError } from '../../core/signet-error.ts'
import { version } from '../../core/version.ts'
import { readCallerSource } from '../../protocol/caller-source.ts'
import type { SlotHolder } from '../admission/connection-slots.ts'
import type { EmbeddedLimits } from '../admission/front-limits.ts'
import { createLanes, type Lane, type LanePlace, takePlace } from '../admission/lanes.ts'
import type { RateLimitedLog } from '../admission/rate-limited-log.ts'
import type { Answer, Call } from '../call.ts'
import { quickHostKey } from './quick-host-key.ts'
import { sshAlgorithms } from './ssh-algorithms.ts'
import { SshConnection } from './ssh-connection.ts'

export interface EmbeddedFrontOptions {
  readonly address: string
  /** 0 lets the system choose. */
  readonly port: number
  /** An ed25519 private key in OpenSSH's form. */
  readonly hostKey: string
  readonly answer: (call: Call) => Promise<Answer>
  readonly isAllowed: (address: string) => boolean
  readonly refusals: RateLimitedLog
  readonly limits: EmbeddedLimits
}

/** An SSH server that is listening. */
export interface EmbeddedFront {
  readonly host: string
  readonly port: number
  /** Takes no new callers; waits a moment for those that are being answered. */
  close(): Promise<void>
}

/** Starts the SSH server inside this process. Throws `configuration` where it cannot listen. */
export async function startEmbeddedFront(options: EmbeddedFrontOptions): Promise<EmbeddedFront> {
  const front = new Front(options)
  const { address, port } = await front.listen()
  return { host: address, port, close: () => front.close() }
}

class Front {
  readonly #options: EmbeddedFrontOptions
  readonly #limits: EmbeddedLimits
  /** In the order in which they are tried. */
  readonly #lanes: readonly Lane[]
  /** Also those that wait for their turn. */
  readonly #sockets = new Set<Socket>()
  readonly #connections = new Map<Socket, SshConnection>()
  readonly #ssh: ssh2.Server
  // Its own listener, since ssh2 shows a connection only after the caller's first line, and so could not bound it.
  readonly #net: NetServer

  constructor(options: EmbeddedFrontOptions) {
    this.#options = options
    this.#limits = options.limits
    this.#lanes = createLanes(this.#limits, options.answer)
    const { hostKey } = options
    const settings = { hostKeys: [quickHostKey(hostKey)], algorithms: sshAlgorithms, ident: `Signet_${version}` }
    this.#ssh = new ssh2.Server(settings, (connection) => this.#serve(connection))
    // Not a byte is read from those who wait: what they send stays in the kernel, and with them.
    this.#net = createServer({ pauseOnConnect: true }, (socket) => this.#admit(socket))
  }

  async listen(): Promise<AddressInfo> {
    const { address, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#net.once('error', (cause) => reject(cannotListen(address, port, cause)))
      this.#net.listen({ host: address, port, backlog: this.#limits.maxConnections }, resolve)
    })
    this.#net.removeAllListeners('error')
    // Running out of descriptors, for one: those that are here are served, and the next are taken when there is room.
    this.#net.on('error', ({ message }) => this.#options.refusals.warn('listen', { reason: message }, 'cannot accept'))
    const bound = this.#net.address()
    if (bound === null || typeof bound === 'string') throw new SignetError('internal', 'the SSH server has no address')
    return bound
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#net.close(resolve))
    for (const socket of this.#sockets) if (this.#connections.get(socket)?.isBusy !== true) socket.destroy()
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, this.#limits.closeTimeoutMs)
    await closed.finally(() => clearTimeout(timer))
  }

  #admit(socket: Socket): void {
    const address = readAddress(socket)
    const holder = address === undefined ? undefined : this.#readHolder(address)
    const place = holder === undefined ? undefined : takePlace(this.#lanes, holder)
    if (place === undefined || !place.isServed) this.#noteFullness(address)
    if (address === undefined || holder === undefined || place === undefined) {
      this.#turnAway(socket)
      return
    }
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    let leave = (): void => {}
    const giveBack = (): void => {
      const connection = this.#connections.get(socket)
      place.release()
      this.#sockets.delete(socket)
      this.#connections.delete(socket)
      leave()
      if (connection !== undefined) place.room.remove(connection)
    }
    // Before ssh2 listens too: where its own listener throws, those behind it are not called, and a place would be lost.
    socket.once('close', giveBack)
    const drop = (): void => {
      giveBack()
      this.#noteFullness(address)
      this.#turnAway(socket)
    }
    leave = place.gate.enter(holder.source, () => this.#start(socket, address, place), drop)
    place.room.look()
  }

  #readHolder(address: string): SlotHolder {
    return { source: readCallerSource(address), isOutside: !this.#options.isAllowed(address) }
  }

  #start(socket: Socket, address: string, { answer, room }: LanePlace): void {
    // Told to close while it waited.
    if (socket.destroyed) return
    const { refusals } = this.#options
    const connection = new SshConnection(socket, { address, limits: this.#limits, answer, refusals })
    this.#connections.set(socket, connection)
    room.add(connection)
    // ssh2 resumes it, once it is ready to read: what is read before is read by nobody.
    this.#ssh.injectSocket(socket)
    connection.watchTraffic()
  }

  #noteFullness(address: string | undefined): void {
    this.#options.refusals.warn('connections', { address: address ?? '' }, 'too many connections')
  }

  // Lines before the server's version are allowed and shown by ssh (RFC 4253 section 4.2).
  #turnAway(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    socket.resume()
    socket.setTimeout(this.#limits.lingerMs, () => socket.destroy())
    const failure = new SignetError('try-later', 'too many connections', { hint: 'try again in a few seconds' })
    socket.end(formatFailureLines(failure).replaceAll('\n', '\r\n'))
  }

  #serve(connection: Connection): void {
    const served = this.#connections.get(socketOf(connection))
    // The connection may have been ended in the meantime.
    if (served === undefined) connection.end()
    else served.serve(connection)
  }
}

// ssh2 does not say which injected socket a connection belongs to; addresses and ports do not tell for certain.
function socketOf(connection: Connection): Socket {
  const socket: unknown = '_sock' in connection ? connection._sock : undefined
  if (socket instanceof Socket) return socket
  throw new SignetError('internal', 'this version of ssh2 does not show the socket of a connection')
}

/** The canonical address of the other side; undefined where it has gone already. */
function readAddress(socket: Socket): string | undefined {
  // A zone says on which of our interfaces a link-local caller is, which is nobody's business but the kernel's.
  const [address = ''] = (socket.remoteAddress ?? '').split('%')
  return parseIpAddress(address)
}

function cannotListen(address: string, port: number, cause: Error): SignetError {
  return new SignetError('configuration', `cannot listen on ${address} port ${port}`, {
    hint: 'choose another endpoint.embedded.port, or stop what listens there: ss -ltnp',
    cause,
  })
}

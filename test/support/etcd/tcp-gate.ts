import { connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP proxy that counts connections, and can cut them or swallow what they carry. */
export class TcpGate {
  connectionCount = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isFrozen = false

  private constructor(targetPort: number) {
    this.#server = createServer((inward) => {
      this.connectionCount += 1
      const outward = connect(targetPort, '127.0.0.1')
      this.#relay(inward, outward)
      this.#relay(outward, inward)
    })
  }

  /** A gate on a free port before the port of a `https://127.0.0.1:PORT`. */
  static async open(targetUrl: string): Promise<TcpGate> {
    const gate = new TcpGate(Number(new URL(targetUrl).port))
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve))
    return gate
  }

  get url(): string {
    const address = this.#server.address()
    return `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }

  /** From now on nothing that is sent arrives, as behind a firewall that drops. */
  freeze(isFrozen = true): void {
    this.#isFrozen = isFrozen
  }

  /** Resets every connection that is open. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #relay(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.on('data', (chunk) => {
      if (!this.#isFrozen) to.write(chunk)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
  }
}

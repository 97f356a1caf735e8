import { readFileSync } from 'node:fs'
import { connect, createServer, type Server, type TLSSocket } from 'node:tls'
import type { PkiFiles } from '../x509/openssl-pki.ts'

/** What stands between a client and a member, and can change what the member says: it has a certificate of each side. */
export class TlsGate {
  readonly #server: Server
  readonly #sockets = new Set<TLSSocket>()

  private constructor(targetPort: number, files: PkiFiles, change: (chunk: Buffer) => Buffer) {
    const [ca, cert, key] = [files.caFile, files.certFile, files.keyFile].map((file) => readFileSync(file))
    const both = { ca, cert, key, ALPNProtocols: ['h2'] }
    this.#server = createServer(both, (inward) => {
      const outward = connect({ ...both, host: '127.0.0.1', port: targetPort })
      for (const socket of [inward, outward]) socket.setNoDelay()
      inward.on('data', (chunk: Buffer) => outward.write(chunk))
      outward.on('data', (chunk: Buffer) => inward.write(change(chunk)))
      this.#tie(inward, outward)
      this.#tie(outward, inward)
    })
  }

  static async open(targetUrl: string, files: PkiFiles, change: (chunk: Buffer) => Buffer): Promise<TlsGate> {
    const gate = new TlsGate(Number(new URL(targetUrl).port), files, change)
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve))
    return gate
  }

  get url(): string {
    const address = this.#server.address()
    return `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #tie(one: TLSSocket, other: TLSSocket): void {
    this.#sockets.add(one)
    one.on('error', () => other.destroy())
    one.on('close', () => {
      this.#sockets.delete(one)
      other.destroy()
    })
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { type AuthorityRequest, parseAuthorityRequest } from '../../../src/protocol/authority-message.ts'
import { LineSplitter } from '../../../src/protocol/line-splitter.ts'

type Respond = (request: AuthorityRequest, socket: Socket) => void

/** A unix socket that speaks the authority's protocol, and answers whatever a test wants. */
export class ScriptedAuthority {
  readonly socketPath: string
  readonly requests: AuthorityRequest[] = []
  connectionCount = 0
  respond: Respond
  /** What the endpoint before it finds in its file of CAs. */
  readonly ca = { pem: 'CA certificate\n', pin: fakeStatus.pin }
  readonly time = systemClock
  readonly #directory = mkdtempSync(join(tmpdir(), 'signet-scripted-'))
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(respond: Respond = signEverything) {
    this.socketPath = join(this.#directory, 'authority.sock')
    this.respond = respond
  }

  async start(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.socketPath, resolve))
  }

  /** Ends the server and every connection, as when the process dies. */
  async stop(): Promise<void> {
    const server = this.#server
    for (const socket of this.#sockets) socket.destroy()
    if (server?.listening) await new Promise((resolve) => server.close(resolve))
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #serve(socket: Socket): void {
    this.connectionCount += 1
    this.#sockets.add(socket)
    const lines = new LineSplitter(64 * 1024)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk) => {
      for (const line of lines.push(chunk)) this.#take(line, socket)
    })
  }

  #take(line: string, socket: Socket): void {
    let request: AuthorityRequest
    try {
      request = parseAuthorityRequest(line)
    } catch {
      socket.destroy()
      return
    }
    this.requests.push(request)
    this.respond(request, socket)
  }
}

/** Sends an answer to a request. */
export function reply(socket: Socket, { id }: AuthorityRequest, body: Readonly<Record<string, unknown>>): void {
  socket.write(`${JSON.stringify({ id, ...body })}\n`)
}

export const fakeStatus = {
  time: '2026-01-31T12:00:00.000Z',
  pin: `SHA256:${'AB'.repeat(32)}`,
  caNotAfter: '2036-01-31T00:00:00.000Z',
  clientLifetimeSeconds: 86_400,
  memberLifetimeSeconds: 90 * 86_400,
  joins: 'open',
  members: { 'etcd-1': '192.0.2.11' },
  changedKeys: [],
}

function signEverything(request: AuthorityRequest, socket: Socket): void {
  const { question } = request
  if (question.ask === 'status') reply(socket, request, { status: fakeStatus })
  else reply(socket, request, { certificate: `certificate for ${'name' in question ? question.name : 'endpoint'}\n` })
}

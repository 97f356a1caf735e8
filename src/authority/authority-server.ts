import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../core/log.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { gatherWrites } from '../host/net/gather-writes.ts'
import {
  type AuthorityAnswer,
  formatFailure,
  maxLineBytes,
  parseAuthorityRequest,
} from '../protocol/authority-message.ts'
import { LineSplitter } from '../protocol/line-splitter.ts'
import { answerQuestion } from './answer-question.ts'
import type { AuthorityWorld } from './authority-world.ts'
import { QuestionLines } from './question-lines.ts'

/** Connections at once; the endpoint needs one, `status` and a restart another. */
const maxConnections = 16
const lastWordMs = 1000

/** The authority's socket: JSON lines in, JSON lines out, many at once on one connection. */
export class AuthorityServer {
  /** To be made to listen. */
  readonly server: Server
  readonly #world: AuthorityWorld
  readonly #sockets = new Set<Socket>()
  readonly #lines: QuestionLines

  constructor(world: AuthorityWorld) {
    this.#world = world
    this.#lines = new QuestionLines((line, socket) => serveLine(line, socket, world))
    this.server = createServer((socket) => this.#serveConnection(socket))
    this.server.maxConnections = maxConnections
    // Without a listener an accept that fails (EMFILE) would end the process that holds the key.
    this.server.on('error', (error) => world.log.error({ reason: error.message }, 'a connection was not accepted'))
  }

  /** Takes no further question, answers those that were asked, and ends every connection. */
  async close(): Promise<void> {
    this.server.close()
    await this.#lines.close()
    // The endpoint keeps its connection for good: left open, it would keep this process too.
    const ended = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    for (const socket of this.#sockets) socket.destroySoon()
    // Who does not read what was answered is not waited for.
    await Promise.race([Promise.all(ended), delay(lastWordMs, undefined, { ref: false })])
  }

  #serveConnection(socket: Socket): void {
    const lines = new LineSplitter(maxLineBytes)
    this.#sockets.add(socket)
    this.#lines.open(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk) => {
      try {
        this.#lines.add(socket, lines.push(chunk))
      } catch (error) {
        // Not one of our endpoints: no answer could be matched to its question.
        this.#world.log.warn({ reason: asSignetError(error).message }, 'a connection was closed')
        socket.destroy()
      }
    })
  }
}

async function serveLine(line: string, socket: Socket, world: AuthorityWorld): Promise<void> {
  const answer = await answerLine(line, world)
  if (answer === undefined) socket.destroy()
  if (answer === undefined || !socket.writable) return
  // Answers whose lines shared an fsync leave together.
  gatherWrites(socket)
  socket.write(`${JSON.stringify(answer)}\n`)
}

async function answerLine(line: string, world: AuthorityWorld): Promise<AuthorityAnswer | undefined> {
  let id: number
  let question: Parameters<typeof answerQuestion>[0]
  try {
    ;({ id, question } = parseAuthorityRequest(line))
  } catch (error) {
    world.log.warn({ reason: asSignetError(error).message }, 'a connection was closed')
    return undefined
  }
  try {
    return { id, ...(await answerQuestion(question, world)) }
  } catch (error) {
    reportFailure(error, world.log)
    return { id, failure: formatFailure(asSignetError(error)) }
  }
}

// Refusals belong to the endpoint's log, which knows the caller and limits their rate; faults of ours are told here.
function reportFailure(error: unknown, log: Log): void {
  const { code, message, cause } = asSignetError(error)
  if (error instanceof SignetError && code !== 'internal' && cause === undefined) return
  const reason = cause instanceof Error ? (cause.stack ?? cause.message) : message
  log.error({ code, reason }, message)
}

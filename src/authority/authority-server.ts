import { createServer, type Server, type Socket } from 'node:net'
import type { Log } from '../core/log.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import {
  type AuthorityAnswer,
  formatFailure,
  maxLineBytes,
  parseAuthorityRequest,
} from '../protocol/authority-message.ts'
import { LineSplitter } from '../protocol/line-splitter.ts'
import { type AuthorityContext, answerQuestion } from './answer-question.ts'

/** Connections at once; the endpoint needs one, `status` and a restart another. */
const maxConnections = 16

/** The authority's socket: JSON lines in, JSON lines out, many at once on one connection. */
export function createAuthorityServer(context: AuthorityContext): Server {
  const server = createServer((socket) => serveConnection(socket, context))
  server.maxConnections = maxConnections
  return server
}

function serveConnection(socket: Socket, context: AuthorityContext): void {
  const { log } = context
  const lines = new LineSplitter(maxLineBytes)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) void serveLine(line, socket, context)
      applyBackPressure(socket)
    } catch (error) {
      // Not one of our endpoints: no answer could be matched to its question.
      const { message } = asSignetError(error)
      log.warn({ reason: message }, 'a connection was closed')
      socket.destroy()
    }
  })
}

// A peer that asks without reading answers must not fill the memory.
function applyBackPressure(socket: Socket): void {
  if (!socket.writableNeedDrain) return
  socket.pause()
  socket.once('drain', () => socket.resume())
}

async function serveLine(line: string, socket: Socket, context: AuthorityContext): Promise<void> {
  const answer = await answerLine(line, context)
  if (answer === undefined) socket.destroy()
  else if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`)
}

async function answerLine(line: string, context: AuthorityContext): Promise<AuthorityAnswer | undefined> {
  let id: number
  let question: Parameters<typeof answerQuestion>[0]
  try {
    ;({ id, question } = parseAuthorityRequest(line))
  } catch (error) {
    context.log.warn({ reason: asSignetError(error).message }, 'a connection was closed')
    return undefined
  }
  try {
    return { id, ...(await answerQuestion(question, context)) }
  } catch (error) {
    reportFailure(error, context.log)
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

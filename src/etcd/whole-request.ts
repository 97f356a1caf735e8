import type { ClientHttp2Stream } from 'node:http2'
import type { Http2SessionManager } from '@connectrpc/connect-node'

/** The part of a session manager that connect's transport calls. */
export type RequestSessions = Pick<Http2SessionManager, 'authority' | 'request' | 'notifyResponseByteRead'>

/**
 * The same sessions, sending a request's message and its end in one go. connect-node sends the end later; a server in Go
 * may have answered by then, and so closes with RST_STREAM(NO_ERROR), for which Node throws the answer away ("Premature
 * close", 1 call in 150 when 50 run at once) although RFC 9113 section 8.1 forbids just that.
 */
export function sendWholeRequests(sessions: Http2SessionManager): RequestSessions {
  return {
    authority: sessions.authority,
    request: async (...request) => holdUntilEnd(await sessions.request(...request)),
    notifyResponseByteRead: (stream) => sessions.notifyResponseByteRead(stream),
  }
}

// Every request of ours is one message, so that holding it back costs nothing.
function holdUntilEnd(stream: ClientHttp2Stream): ClientHttp2Stream {
  const held: Uint8Array[] = []
  const end = stream.end.bind(stream)
  const write = (chunk: Uint8Array, _encoding: string, done: () => void): boolean => {
    held.push(chunk)
    process.nextTick(done)
    return true
  }
  return Object.assign(stream, { write, end: (done: () => void) => end(Buffer.concat(held), done) })
}

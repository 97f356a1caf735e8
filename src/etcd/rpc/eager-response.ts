import type { ClientHttp2Stream } from 'node:http2'
import { PassThrough, pipeline } from 'node:stream'
import type { Http2SessionManager } from '@connectrpc/connect-node'

/** The part of a session manager that connect's transport calls. */
export type RequestSessions = Pick<Http2SessionManager, 'authority' | 'request' | 'notifyResponseByteRead'>

/**
 * The same sessions, with answers read from the moment of the request. connect-node begins to read only once it has seen
 * the headers; on a busy session the whole answer may have come by then, and Node's iterator takes a stream that HTTP/2
 * has closed for a broken one, whatever it still holds: "Premature close", one call in 150 when 50 run at once.
 */
export function readEagerly(sessions: Http2SessionManager): RequestSessions {
  return {
    authority: sessions.authority,
    request: async (...request) => {
      const stream = await sessions.request(...request)
      bearLateErrors(stream)
      return withEagerBody(stream)
    },
    notifyResponseByteRead: (stream) => sessions.notifyResponseByteRead(stream),
  }
}

/**
 * connect-node destroys an idle session with an error when etcd says GOAWAY, which it does when it stops, and may have
 * taken its own listener away by then: without one of ours that ends the process (seen with 2.2.0).
 */
function bearLateErrors({ session }: ClientHttp2Stream): void {
  if (session === undefined || session.listeners('error').includes(ignoreLateError)) return
  session.on('error', ignoreLateError)
}

function ignoreLateError(): void {}

function withEagerBody(stream: ClientHttp2Stream): ClientHttp2Stream {
  const body = pipeline(stream, new PassThrough(), () => {
    // A failure is told by the body to whoever iterates, and by the stream to connect.
  })
  return Object.assign(stream, { [Symbol.asyncIterator]: () => body[Symbol.asyncIterator]() })
}

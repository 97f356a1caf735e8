import { Code, ConnectError } from '@connectrpc/connect'
import type { FailureCode } from '../../core/failure-code.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { type Elsewhere, findEtcdAnswer } from './etcd-answer.ts'
import { describeTlsFailure } from './tls-failure.ts'

/** Where a call failed, and whether the question may have reached etcd. */
export interface FailedAt {
  readonly endpoint: string
  readonly wasAsked: boolean
}

interface FailedCall {
  readonly failure: SignetError
  readonly elsewhere: Elsewhere
}

const startHint = 'see whether it runs: systemctl status etcd'

// Errors of node:net, getaddrinfo(3) and node:http2.
const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer from the host',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name does not resolve at this moment',
  ERR_HTTP2_ERROR: 'it does not speak HTTP/2',
}

/** A failure of a call as Signet tells it, and whether another endpoint may be asked. What etcd said is quoted. */
export function translateFailure(error: unknown, at: FailedAt): FailedCall {
  if (error instanceof SignetError) return { failure: error, elsewhere: 'never' }
  const where = `etcd at ${at.endpoint}`
  const cause = ConnectError.from(error)
  const codes = errorCodes(cause)
  const tls = describeTlsFailure(codes)
  if (tls !== undefined) {
    const hint = 'see that both certificates are of one CA and unexpired, and that the server names this address'
    const failure = new SignetError('unavailable', `no TLS connection to ${where}: ${tls}`, { hint, cause })
    return { failure, elsewhere: 'always' }
  }
  if (!at.wasAsked || codes.length > 0) return connectionFailure(cause, codes, at)
  const answer = findEtcdAnswer(cause.rawMessage)
  if (answer === undefined) return unknownAnswer(cause, where)
  const { code, message, hint, elsewhere } = answer
  return { failure: new SignetError(code, `${where} ${message}`, { hint, cause }), elsewhere }
}

/** One failure to tell from those of all endpoints: what an endpoint answered counts more than that others are down. */
export function joinFailures(failures: readonly SignetError[]): SignetError {
  const main = failures.find(({ code }) => code !== 'unavailable') ?? failures[0]
  if (main === undefined) {
    return new SignetError('configuration', 'no etcd endpoint is known', { hint: 'name one: etcd.endpoints' })
  }
  if (failures.length === 1) return main
  const message = failures.map((failure) => failure.message).join('; ')
  return new SignetError(main.code, message, { hint: main.hint, cause: main })
}

function connectionFailure(cause: ConnectError, codes: readonly string[], at: FailedAt): FailedCall {
  const known = codes.map((code) => networkReasons[code]).find((reason) => reason !== undefined)
  const late = cause.code === Code.DeadlineExceeded ? 'no connection within the time' : undefined
  const reason = known ?? late ?? quoteUntrusted(cause.rawMessage)
  const message = `etcd at ${at.endpoint} cannot be reached: ${reason}`
  const failure = new SignetError('unavailable', message, { hint: startHint, cause })
  return { failure, elsewhere: at.wasAsked ? 'if-repeatable' : 'always' }
}

// What an unknown answer means by its gRPC code alone; all others are 'unavailable'.
const meaning: Readonly<Partial<Record<Code, FailureCode>>> = {
  [Code.FailedPrecondition]: 'refused',
  [Code.PermissionDenied]: 'refused',
  [Code.Unauthenticated]: 'refused',
  [Code.NotFound]: 'refused',
  [Code.AlreadyExists]: 'refused',
  [Code.InvalidArgument]: 'bad-data',
  [Code.OutOfRange]: 'bad-data',
  [Code.ResourceExhausted]: 'try-later',
  [Code.Unimplemented]: 'configuration',
}

function unknownAnswer(cause: ConnectError, where: string): FailedCall {
  if (cause.code === Code.DeadlineExceeded) {
    // It took the connection, so it runs: what it waits for is nearly always the other members.
    const hint = 'see whether enough members run: signet member list'
    const failure = new SignetError('try-later', `${where} did not answer in time, perhaps for want of a quorum`, {
      hint,
      cause,
    })
    return { failure, elsewhere: 'if-repeatable' }
  }
  const code = meaning[cause.code]
  const message = `${where} answered ${Code[cause.code]}: ${quoteUntrusted(cause.rawMessage)}`
  const failure = new SignetError(code ?? 'unavailable', message, { cause })
  return { failure, elsewhere: code === undefined ? 'if-repeatable' : 'never' }
}

/** The `code` of an error and of what caused it, outermost first. */
function errorCodes(error: Error): readonly string[] {
  const codes: string[] = []
  for (let at: unknown = error.cause, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code)
  }
  return codes
}

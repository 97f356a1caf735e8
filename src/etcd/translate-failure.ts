import { Code, ConnectError } from '@connectrpc/connect'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'

interface Said {
  readonly pattern: RegExp
  readonly failure: (endpoint: string, said: string) => SignetError
}

/** What etcd says (api/v3rpc/rpctypes/error.go, 3.4 to 3.6) and what it means to an operator. */
const etcdSays: readonly Said[] = [
  {
    pattern: /no leader|leader changed|request timed out|leader is lost/,
    failure: (endpoint) =>
      new SignetError('try-later', `etcd at ${endpoint} has no quorum or no Raft leader at this moment`, {
        hint: 'start the members that are down: signet member list names them',
      }),
  },
  {
    pattern: /can only promote a learner member which is in sync/,
    failure: () => new SignetError('try-later', 'the learner has not caught up with the Raft leader yet'),
  },
  {
    pattern: /too many learner members/,
    failure: () =>
      new SignetError('try-later', 'another member is just joining: etcd takes one learner at a time', {
        hint: 'wait until it has joined, then try again',
      }),
  },
  {
    pattern: /unhealthy cluster/,
    failure: () =>
      new SignetError('try-later', 'etcd refuses a change of members while a member is down or has just started', {
        hint: 'start the member that is down, wait five seconds, then try again',
      }),
  },
  {
    pattern: /re-configuration failed due to not enough started members/,
    failure: () =>
      new SignetError('refused', 'etcd refuses a change of members that would cost the quorum', {
        hint: 'start the members that are down first',
      }),
  },
  {
    pattern: /member not found/,
    failure: () => new SignetError('refused', 'etcd does not know this member', { hint: 'see: signet member list' }),
  },
  {
    pattern: /Peer URLs already exists|member ID already exist/,
    failure: () =>
      new SignetError('refused', 'a member with this peer URL exists already', { hint: 'see: signet member list' }),
  },
]

/** A failure of a call as Signet tells it. What etcd or the network said is quoted. */
export function translateFailure(error: unknown, endpoint: string): SignetError {
  if (error instanceof SignetError) return error
  const connectError = ConnectError.from(error)
  const said = etcdSays.find(({ pattern }) => pattern.test(connectError.rawMessage))
  if (said !== undefined) return said.failure(endpoint, connectError.rawMessage)
  const tls = describeTlsFailure(connectError)
  if (tls !== undefined) return tlsFailure(endpoint, tls, connectError)
  return connectionFailure(endpoint, connectError)
}

function connectionFailure(endpoint: string, error: ConnectError): SignetError {
  const reason = quoteUntrusted(error.rawMessage)
  switch (error.code) {
    case Code.DeadlineExceeded:
      return new SignetError('unavailable', `etcd at ${endpoint} did not answer in time`, {
        hint: 'see whether it runs and has quorum: signet member list',
        cause: error,
      })
    case Code.PermissionDenied:
    case Code.Unauthenticated:
      return new SignetError('refused', `etcd at ${endpoint} refused: ${reason}`, { cause: error })
    case Code.FailedPrecondition:
    case Code.ResourceExhausted:
      return new SignetError('try-later', `etcd at ${endpoint} cannot do this now: ${reason}`, { cause: error })
    default:
      return new SignetError('unavailable', `etcd at ${endpoint} cannot be reached: ${reason}`, {
        hint: 'see whether it runs: systemctl status etcd',
        cause: error,
      })
  }
}

function tlsFailure(endpoint: string, reason: string, cause: ConnectError): SignetError {
  return new SignetError('unavailable', `etcd at ${endpoint} and this client do not trust each other: ${reason}`, {
    hint: 'see that both certificates are of one CA, unexpired, and name this address',
    cause,
  })
}

const tlsReasons: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'the server certificate has expired'],
  [/ALTNAME_INVALID|altnames/i, 'the server certificate does not name the host'],
  [/UNABLE_TO_VERIFY|SELF_SIGNED|unable to (get|verify)|self.signed/i, 'the server certificate is of another CA'],
  [
    /alert (bad )?certificate|ALERT_(BAD_)?CERTIFICATE|CERTIFICATE_(EXPIRED|REQUIRED|UNKNOWN)|unknown ca/i,
    'the server refused our certificate',
  ],
  [/ERR_SSL|SSL routines|EPROTO/i, 'the TLS handshake failed'],
]

function describeTlsFailure(error: ConnectError): string | undefined {
  const texts: string[] = []
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    texts.push(at.message, 'code' in at ? String(at.code) : '')
  }
  const whole = texts.join('\n')
  return tlsReasons.find(([pattern]) => pattern.test(whole))?.[1]
}

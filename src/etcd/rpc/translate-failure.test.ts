import { Code, ConnectError } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../../core/signet-error.ts'
import { joinFailures, translateFailure } from './translate-failure.ts'

const endpoint = 'https://192.0.2.1:2379'

function translate(error: unknown, wasAsked = true): ReturnType<typeof translateFailure> {
  return translateFailure(error, { endpoint, wasAsked })
}

function nodeError(code: string): ConnectError {
  const cause = Object.assign(new Error(`said by node: ${code}`), { code })
  return new ConnectError('wrapped', Code.Unavailable, undefined, undefined, cause)
}

describe('translateFailure', () => {
  it.each([
    ['no leader', Code.Unavailable, 'try-later', 'if-repeatable'],
    ['leader changed', Code.Unavailable, 'try-later', 'if-repeatable'],
    ['request timed out', Code.Unavailable, 'try-later', 'if-repeatable'],
    ['unhealthy cluster', Code.Unavailable, 'try-later', 'never'],
    ['rpc not supported for learner', Code.FailedPrecondition, 'try-later', 'always'],
    ['can only promote a learner member which is in sync with leader', Code.FailedPrecondition, 'try-later', 'never'],
    ['can only promote a learner member', Code.FailedPrecondition, 'refused', 'never'],
    ['too many learner members in cluster', Code.FailedPrecondition, 'try-later', 'never'],
    ['re-configuration failed due to not enough started members', Code.FailedPrecondition, 'try-later', 'never'],
    ['member not found', Code.NotFound, 'refused', 'never'],
    ['Peer URLs already exists', Code.FailedPrecondition, 'refused', 'never'],
    ['mvcc: database space exceeded', Code.ResourceExhausted, 'unavailable', 'never'],
    ['request is too large', Code.InvalidArgument, 'bad-data', 'never'],
  ])('knows "etcdserver: %s"', (said, grpcCode, code, elsewhere) => {
    const failed = translate(new ConnectError(`etcdserver: ${said}`, grpcCode))
    expect(failed.failure.code).toBe(code)
    expect(failed.failure.message).toContain(`etcd at ${endpoint} `)
    expect(failed.elsewhere).toBe(elsewhere)
  })

  it.each([
    [Code.FailedPrecondition, 'refused'],
    [Code.PermissionDenied, 'refused'],
    [Code.InvalidArgument, 'bad-data'],
    [Code.Unimplemented, 'configuration'],
    [Code.Unavailable, 'unavailable'],
    [Code.Internal, 'unavailable'],
    [Code.Unknown, 'unavailable'],
  ])('goes by the gRPC code %i alone where the words are new, and quotes them', (grpcCode, code) => {
    const { failure } = translate(new ConnectError('no such\u001b[2J\nsignet: error: forged', grpcCode))
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(/^[\x20-\x7e]+$/)
    expect(failure.message).toContain('no such')
  })

  it('takes no words for etcd’s that only contain them', () => {
    const { failure } = translate(new ConnectError('key "etcdserver: no leader" is odd', Code.InvalidArgument))
    expect(failure.code).toBe('bad-data')
  })

  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['EHOSTUNREACH', 'no route to the host'],
    ['ENOTFOUND', 'the host name does not resolve'],
  ])('says what %s means', (code, reason) => {
    const { failure, elsewhere } = translate(nodeError(code), false)
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toBe(`etcd at ${endpoint} cannot be reached: ${reason}`)
    expect(elsewhere).toBe('always')
  })

  it('does not ask elsewhere what may have been done already when the connection broke', () => {
    expect(translate(nodeError('ECONNRESET')).elsewhere).toBe('if-repeatable')
  })

  it.each([
    ['CERT_HAS_EXPIRED', 'the server certificate has expired'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the server certificate is of another CA'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the server certificate is of another CA'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the server certificate does not name this host'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'the server refused our certificate: it has expired'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the server refused our certificate: it is of another CA'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'the TLS handshake failed: no TLS, or no common version'],
  ])('tells the refusal %s apart from a dead host', (code, reason) => {
    const { failure, elsewhere } = translate(nodeError(code))
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toBe(`no TLS connection to etcd at ${endpoint}: ${reason}`)
    expect(elsewhere).toBe('always')
  })

  it('follows no circle of causes', () => {
    const error = new Error('round')
    error.cause = error
    expect(translate(error).failure.code).toBe('unavailable')
  })
})

describe('joinFailures', () => {
  const dead = new SignetError('unavailable', 'one is dead', { hint: 'start it' })
  const busy = new SignetError('try-later', 'two has no quorum', { hint: 'wait' })

  it('tells of every endpoint, under the code and hint of one that answered', () => {
    const joined = joinFailures([dead, busy])
    expect(joined.code).toBe('try-later')
    expect(joined.message).toBe('one is dead; two has no quorum')
    expect(joined.hint).toBe('wait')
  })

  it('calls it a matter of configuration where there is no endpoint', () => {
    expect(joinFailures([]).code).toBe('configuration')
  })
})

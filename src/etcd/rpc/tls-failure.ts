// What node:tls and OpenSSL say, our side first, then the server's alerts (RFC 8446 section 6.2). Go sends bad_certificate
// for most of what it dislikes, newer versions a more exact alert.
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'the server certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, 'the server certificate is not valid yet, or the clock of this host is behind'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'the server certificate does not name this host'],
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_)/, 'the server certificate is of another CA'],
  [/^(INVALID_PURPOSE|CERT_)/, 'the server certificate is not fit for a server'],
  [/ALERT_CERTIFICATE_EXPIRED$/, 'the server refused our certificate: it has expired'],
  [/ALERT_UNKNOWN_CA$/, 'the server refused our certificate: it is of another CA'],
  [/ALERT_CERTIFICATE_REQUIRED$/, 'the server wants a certificate and was shown none'],
  [/ALERT_(BAD|UNSUPPORTED)_CERTIFICATE$/, 'the server refused our certificate: expired, or of another CA'],
  [/ALERT_(CERTIFICATE_UNKNOWN|ACCESS_DENIED)$/, 'the server refused our certificate'],
  [/^(ERR_SSL_|ERR_TLS_|EPROTO$)/, 'the TLS handshake failed: no TLS, or no common version'],
]

/** Why TLS was refused, in our words; undefined where the failure is none of TLS. */
export function describeTlsFailure(codes: readonly string[]): string | undefined {
  for (const code of codes) {
    const reason = reasons.find(([pattern]) => pattern.test(code))
    if (reason !== undefined) return reason[1]
  }
  return undefined
}

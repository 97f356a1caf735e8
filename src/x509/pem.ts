import { SignetError } from '../core/signet-error.ts'

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST'

const lineLength = 64

/** One PEM block as RFC 7468 section 3 has it in its strict form: lines of 64 characters. */
export function formatPem(label: PemLabel, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64')
  const lines: string[] = []
  for (let start = 0; start < base64.length; start += lineLength) lines.push(base64.slice(start, start + lineLength))
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/**
 * The DER in a text that is exactly one PEM block with this label (RFC 7468 section 3, strict). Text around it, a second
 * block, or base64 with a second reading is refused: two readers must not take two things from one file.
 */
export function parsePem(text: string, label: PemLabel): Buffer {
  const normal = `${text.replaceAll('\r\n', '\n').trimEnd()}\n`
  const base64 = normal.slice(`-----BEGIN ${label}-----`.length, -`-----END ${label}-----\n`.length)
  const der = Buffer.from(base64, 'base64')
  if (der.length === 0 || formatPem(label, der) !== normal) throw notOneBlock(text, label)
  return der
}

// A line ends with a line feed, for OpenSSL and Go; `^` with `m` takes one behind a lone CR and behind U+2028 too.
const certificatePattern =
  /(?<![^\n])-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----[ \t]*(?![^\n])/g

/**
 * The DER of every certificate in a file of several. Text around the blocks is skipped (RFC 7468 section 2), as etcd,
 * kube-apiserver and OpenSSL do; but each boundary must be one of a block in the strict form, since those readers part over
 * everything else: Go passes over a broken block in silence, where OpenSSL stops.
 */
export function parsePemCertificates(text: string): readonly Buffer[] {
  const normal = `${text.replaceAll('\r\n', '\n')}\n`
  const blocks = normal.match(certificatePattern) ?? []
  const boundaries = normal.match(/-----(BEGIN|END)/g) ?? []
  if (blocks.length === 0 || boundaries.length !== 2 * blocks.length) throw notCertificates(text)
  return blocks.map((block) => parsePem(block, 'CERTIFICATE'))
}

function notCertificates(text: string): SignetError {
  const held = /PRIVATE KEY-----/.test(text)
    ? 'holds a private key'
    : 'is not one or more whole PEM blocks of certificates'
  return new SignetError('bad-data', `the text ${held}`)
}

function notOneBlock(text: string, label: PemLabel): SignetError {
  const held = /PRIVATE KEY-----/.test(text) ? 'holds a private key, not' : 'is not exactly'
  return new SignetError('bad-data', `the text ${held} one PEM block of a ${label.toLowerCase()}`, {
    // Not onto itself: openssl can empty a file before it reads it.
    hint: `write it anew: openssl ${label === 'CERTIFICATE' ? 'x509' : 'req'} -in FILE -out FILE.new && mv FILE.new FILE`,
  })
}

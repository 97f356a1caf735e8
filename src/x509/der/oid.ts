/**
 * The hexadecimal text of an OBJECT IDENTIFIER's content (X.690 section 8.19), by which this room compares them.
 * @internal
 */
export function oid(dotted: string): string {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return Buffer.from([first * 40 + second, ...rest].flatMap(base128)).toString('hex')
}

const shownLength = 64

/** An OBJECT IDENTIFIER as people write it, from what `oid` makes; cut where it is longer than any that is known. */
export function dottedOid(oidHex: string): string {
  const [first = 0n, ...rest] = subIdentifiers(Buffer.from(oidHex, 'hex'))
  // X.690 section 8.19.4: the first two arcs share a sub-identifier, and only arc 2 has more than 39 below it.
  const top = first < 80n ? first / 40n : 2n
  const text = [top, first - top * 40n, ...rest].join('.')
  return text.length > shownLength ? `${text.slice(0, shownLength)}...` : text
}

function subIdentifiers(content: Buffer): bigint[] {
  const found: bigint[] = []
  let value = 0n
  for (const byte of content.subarray(0, shownLength)) {
    value = (value << 7n) | BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    found.push(value)
    value = 0n
  }
  return found
}

function base128(value: number): number[] {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80)
  return bytes
}

/** What keys there are: RFC 3279 section 2.3, RFC 5480 section 2.1.1, RFC 8410 section 3. */
export const keyOid = {
  rsa: oid('1.2.840.113549.1.1.1'),
  ec: oid('1.2.840.10045.2.1'),
  ed25519: oid('1.3.101.112'),
  p256: oid('1.2.840.10045.3.1.7'),
  p384: oid('1.3.132.0.34'),
  p521: oid('1.3.132.0.35'),
} as const

/** How things are signed: RFC 4055 section 5, RFC 5758 section 3.2; and the ones refused by name. */
export const signatureOid = {
  rsaSha256: oid('1.2.840.113549.1.1.11'),
  rsaSha384: oid('1.2.840.113549.1.1.12'),
  rsaSha512: oid('1.2.840.113549.1.1.13'),
  ecdsaSha256: oid('1.2.840.10045.4.3.2'),
  ecdsaSha384: oid('1.2.840.10045.4.3.3'),
  ecdsaSha512: oid('1.2.840.10045.4.3.4'),
  rsaMd5: oid('1.2.840.113549.1.1.4'),
  rsaSha1: oid('1.2.840.113549.1.1.5'),
  rsaSha224: oid('1.2.840.113549.1.1.14'),
  rsaPss: oid('1.2.840.113549.1.1.10'),
  ecdsaSha1: oid('1.2.840.10045.4.1'),
  ecdsaSha224: oid('1.2.840.10045.4.3.1'),
} as const

/** Names and PKCS#10 attributes: X.520 section 6.2, RFC 2985 section 5.4.2. */
export const nameOid = {
  commonName: oid('2.5.4.3'),
  x500UniqueIdentifier: oid('2.5.4.45'),
  extensionRequest: oid('1.2.840.113549.1.9.14'),
} as const

/** Certificate extensions and purposes: RFC 5280 section 4.2.1. */
export const extensionOid = {
  subjectKeyId: oid('2.5.29.14'),
  keyUsage: oid('2.5.29.15'),
  subjectAltName: oid('2.5.29.17'),
  basicConstraints: oid('2.5.29.19'),
  authorityKeyId: oid('2.5.29.35'),
  extendedKeyUsage: oid('2.5.29.37'),
  serverAuth: oid('1.3.6.1.5.5.7.3.1'),
  clientAuth: oid('1.3.6.1.5.5.7.3.2'),
} as const

import type { SignetError } from '../../core/signet-error.ts'
import { derTag } from '../der/der-tag.ts'
import { keyOid, signatureOid } from '../der/oid.ts'
import type { DerReader } from '../der/strict-der.ts'
import { writeNull, writeOid, writeSequence } from '../der/write-der.ts'

/** A way to sign, with the encoding of its AlgorithmIdentifier: that which we write, or that which was read. */
export interface SignatureAlgorithm {
  readonly keyType: 'rsa' | 'ec' | 'ed25519'
  /** Ed25519 digests by itself. */
  readonly digest: 'sha256' | 'sha384' | 'sha512' | undefined
  readonly oid: string
  readonly identifier: Buffer
}

/** Every accepted algorithm: SHA-256 or better. */
export const signatureAlgorithms = {
  rsaSha256: rsa('sha256', signatureOid.rsaSha256),
  rsaSha384: rsa('sha384', signatureOid.rsaSha384),
  rsaSha512: rsa('sha512', signatureOid.rsaSha512),
  ecdsaSha256: ecdsa('sha256', signatureOid.ecdsaSha256),
  ecdsaSha384: ecdsa('sha384', signatureOid.ecdsaSha384),
  ecdsaSha512: ecdsa('sha512', signatureOid.ecdsaSha512),
  // RFC 8410 section 3: the key's own identifier, without parameters.
  ed25519: { keyType: 'ed25519', digest: undefined, oid: keyOid.ed25519, identifier: bare(keyOid.ed25519) },
} as const satisfies Readonly<Record<string, SignatureAlgorithm>>

const byOid: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  Object.values(signatureAlgorithms).map((algorithm) => [algorithm.oid, algorithm]),
)

// SHA-1 and MD5 collide on demand: a signature over one text then serves for another (RFC 6194, the rogue CA of 2008).
const refusedNames: ReadonlyMap<string, string> = new Map([
  [signatureOid.rsaMd5, 'is signed with MD5'],
  [signatureOid.rsaSha1, 'is signed with SHA-1'],
  [signatureOid.ecdsaSha1, 'is signed with SHA-1'],
  [signatureOid.rsaSha224, 'is signed with SHA-224'],
  [signatureOid.ecdsaSha224, 'is signed with SHA-224'],
])

// A key for nothing but RSA-PSS (RFC 4055 section 1.2), or of another kind, signs the next CSR in the same way.
const refusedKeys: ReadonlyMap<string, string> = new Map([
  [signatureOid.rsaPss, 'is signed with RSA-PSS, which is not supported'],
])

/** Reads an AlgorithmIdentifier (RFC 5280 section 4.1.1.2) and refuses all but the accepted ones. */
export function readSignatureAlgorithm(reader: DerReader): SignatureAlgorithm {
  const identifier = reader.readRaw(derTag.sequence)
  const oidHex = reader.over(identifier).readSequence().readOid()
  const algorithm = byOid.get(oidHex)
  if (algorithm === undefined) throw refusal(reader, oidHex)
  if (algorithm.identifier.equals(identifier)) return algorithm
  if (algorithm.keyType === 'rsa' && bare(oidHex).equals(identifier)) return { ...algorithm, identifier }
  throw reader.refusal('has a signature algorithm with the wrong parameters')
}

function refusal(reader: DerReader, oidHex: string): SignetError {
  const weak = refusedNames.get(oidHex)
  if (weak !== undefined) return reader.refusal(weak)
  return reader.keyRefusal(refusedKeys.get(oidHex) ?? 'has a signature algorithm that is not supported')
}

// RFC 4055 section 5: the parameters of RSA with PKCS #1 v1.5 are NULL, and readers MUST accept their absence too.
function rsa(digest: SignatureAlgorithm['digest'], oid: string): SignatureAlgorithm {
  return { keyType: 'rsa', digest, oid, identifier: writeSequence(writeOid(oid), writeNull()) }
}

// RFC 5758 section 3.2: ECDSA has no parameters.
function ecdsa(digest: SignatureAlgorithm['digest'], oid: string): SignatureAlgorithm {
  return { keyType: 'ec', digest, oid, identifier: bare(oid) }
}

function bare(oid: string): Buffer {
  return writeSequence(writeOid(oid))
}

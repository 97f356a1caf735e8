import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { derTag } from '../der/der-tag.ts'
import { keyOid } from '../der/oid.ts'
import type { DerReader } from '../der/strict-der.ts'
import { isWeakEd25519 } from './ed25519-public-key.ts'
import { readRsaBits } from './rsa-public-key.ts'

export type KeyAlgorithm = 'rsa' | 'p256' | 'p384' | 'p521' | 'ed25519'

/** A public key that passed every check of ours and of OpenSSL. */
export interface PublicKey {
  /** The SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER. */
  readonly spki: Buffer
  readonly keyObject: KeyObject
  readonly algorithm: KeyAlgorithm
  readonly bits: number
  /** Hexadecimal SHA-256 of the SubjectPublicKeyInfo. */
  readonly sha256: string
}

interface KeyForm {
  readonly algorithm: KeyAlgorithm
  readonly bits: number
}

const curves: ReadonlyMap<string, KeyForm> = new Map([
  [keyOid.p256, { algorithm: 'p256', bits: 256 }],
  [keyOid.p384, { algorithm: 'p384', bits: 384 }],
  [keyOid.p521, { algorithm: 'p521', bits: 521 }],
])

// The certificate just written holds the key of the CSR just read: the same bytes pass the same checks.
let lastRead: PublicKey | undefined

/** Reads a SubjectPublicKeyInfo and refuses every key that is weak or that etcd could not read. */
export function readPublicKey(reader: DerReader): PublicKey {
  const spki = reader.readRaw(derTag.sequence)
  if (lastRead?.spki.equals(spki) !== true) lastRead = parsePublicKey(reader, spki)
  return lastRead
}

/** The type of key that a signature's algorithm must fit. */
export function keyTypeOf({ algorithm }: PublicKey): 'rsa' | 'ec' | 'ed25519' {
  return algorithm === 'rsa' || algorithm === 'ed25519' ? algorithm : 'ec'
}

function parsePublicKey(reader: DerReader, spki: Buffer): PublicKey {
  const info = reader.over(spki).readSequence()
  const form = readKeyForm(info.readSequence(), info)
  info.finish()
  const keyObject = importKey(reader, spki)
  return { spki, keyObject, ...form, sha256: hash('sha256', spki, 'hex') }
}

function readKeyForm(algorithm: DerReader, info: DerReader): KeyForm {
  const oidHex = algorithm.readOid()
  switch (oidHex) {
    case keyOid.rsa:
      // RFC 3279 section 2.3.1: NULL, and nothing else.
      algorithm.readNull()
      algorithm.finish()
      return { algorithm: 'rsa', bits: readRsaBits(info.over(info.readBitStringBytes())) }
    case keyOid.ec:
      return readCurve(algorithm, info.readBitStringBytes())
    case keyOid.ed25519:
      // RFC 8410 section 3: no parameters.
      algorithm.finish()
      return readEd25519(info)
    default:
      throw info.keyRefusal('has a key of a kind that is not supported (RSA, P-256, P-384, P-521 and Ed25519 are)')
  }
}

function readCurve(algorithm: DerReader, point: Buffer): KeyForm {
  // Explicit parameters let a caller bring a curve with a generator of its own choosing (CVE-2020-0601).
  if (!algorithm.nextIs(derTag.oid)) throw algorithm.keyRefusal('has an EC key without a named curve')
  const form = curves.get(algorithm.readOid())
  algorithm.finish()
  if (form === undefined) throw algorithm.keyRefusal('has an EC key on a curve other than P-256, P-384 and P-521')
  // Go, and so etcd, reads uncompressed points alone.
  if (point[0] === 0x02 || point[0] === 0x03) {
    throw algorithm.keyRefusal('has an EC key in compressed form, which etcd cannot read')
  }
  const length = 1 + 2 * Math.ceil(form.bits / 8)
  if (point[0] !== 0x04 || point.length !== length) throw algorithm.keyRefusal('has an EC key that is not a point')
  return form
}

function readEd25519(info: DerReader): KeyForm {
  const point = info.readBitStringBytes()
  if (point.length !== 32) throw info.keyRefusal('has an Ed25519 key that is not 32 bytes')
  if (isWeakEd25519(point)) throw info.keyRefusal('has an Ed25519 key of small order or not in its one form')
  return { algorithm: 'ed25519', bits: 256 }
}

// OpenSSL refuses a point off its curve here: such a point leaks the other side's key (the invalid-curve attack).
function importKey(reader: DerReader, spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch {
    throw reader.keyRefusal('has a key that OpenSSL cannot read, such as a point off its curve')
  }
}

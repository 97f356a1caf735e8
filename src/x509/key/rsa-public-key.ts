import type { DerReader } from '../der/strict-der.ts'

const minBits = 2048
/** Verifying is quadratic in the size: a key of 16,384 bits would cost the authority 50 times one of 2,048. */
const maxBits = 8192
const minExponent = 65_537
/** Go, and so etcd, refuses larger exponents. */
const maxExponent = 2 ** 31 - 1

/** Reads an RSAPublicKey (RFC 8017 section A.1.1), refuses a weak one, and returns the bits of its modulus. */
export function readRsaBits(outer: DerReader): number {
  const key = outer.readSequence()
  outer.finish()
  const modulus = key.readPositiveInteger('an RSA modulus')
  const exponent = key.readPositiveInteger('an RSA exponent')
  key.finish()
  requireModulus(key, modulus)
  requireExponent(key, exponent)
  return bitLength(modulus)
}

function requireModulus(key: DerReader, modulus: Buffer): void {
  const bits = bitLength(modulus)
  if (bits < minBits) throw key.keyRefusal(`has an RSA key of ${bits} bits, fewer than ${minBits}`)
  if (bits > maxBits) throw key.keyRefusal(`has an RSA key of ${bits} bits, more than ${maxBits}`)
  if (((modulus.at(-1) ?? 0) & 1) === 0) throw key.keyRefusal('has an RSA key with an even modulus')
}

// Exponent 1 makes every text its own signature; small ones have a long history of forgeries (Bleichenbacher 2006).
function requireExponent(key: DerReader, exponent: Buffer): void {
  const value = exponent.length > 4 ? Number.POSITIVE_INFINITY : exponent.readUIntBE(0, exponent.length)
  if (value < minExponent) throw key.keyRefusal(`has an RSA key with exponent ${value}, less than ${minExponent}`)
  if (value > maxExponent) throw key.keyRefusal('has an RSA key with an exponent over 31 bits, which etcd cannot read')
  if (value % 2 === 0) throw key.keyRefusal('has an RSA key with an even exponent')
}

function bitLength(magnitude: Buffer): number {
  return magnitude.length * 8 - (Math.clz32(magnitude[0] ?? 0) - 24)
}

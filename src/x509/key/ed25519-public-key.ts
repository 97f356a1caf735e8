const prime = 2n ** 255n - 19n
const orderEightY = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n

/** The y of the eight points whose order divides 8 (their x differ in sign alone). */
const smallOrderYs: ReadonlySet<bigint> = new Set([0n, 1n, prime - 1n, orderEightY, prime - orderEightY])

/**
 * Whether anybody can make signatures that fit the key, who never had a private one, or whether it is a second encoding of
 * a key. Older OpenSSLs, and Go, take both. RFC 8032 section 5.1.3 wants y below the prime.
 */
export function isWeakEd25519(point: Buffer): boolean {
  const y = BigInt.asUintN(255, BigInt(`0x${Buffer.from(point).reverse().toString('hex')}`))
  return y >= prime || smallOrderYs.has(y)
}

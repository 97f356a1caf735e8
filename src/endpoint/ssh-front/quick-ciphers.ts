import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Connection } from 'ssh2'

/**
 * ssh2 makes a cipher of AES-GCM for every packet, and Node then makes a key object of the same bytes each time: two thirds of
 * what encrypting a short packet costs. To be called whenever keys were exchanged.
 */
export function keepKeyObjects(connection: Connection): void {
  if (!('_protocol' in connection) || !isObject(connection._protocol)) return
  const { _cipher, _decipher } = connection._protocol
  keepKeyObject(_cipher, '_encKey')
  keepKeyObject(_decipher, '_decipherKey')
}

function keepKeyObject(cipher: unknown, field: string): void {
  if (!isObject(cipher)) return
  const key = cipher[field]
  if (Buffer.isBuffer(key)) cipher[field] = createSecretKey(key) satisfies KeyObject
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

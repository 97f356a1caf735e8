import type { KeyObject } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

/** A sidecar as its file says it, also what a later version wrote that this one does not know. */
export type RawSidecar = Readonly<Record<string, unknown>>

// What the key signs otherwise begins with other bytes: CSRs (a SEQUENCE, 0x30) and handshakes of TLS 1.3 (64 spaces).
const domain = 'signet-snapshot-v1\n'

/** What a member signs of a sidecar: all but the signature, in one form. */
export function signedBytes(raw: RawSidecar): Buffer {
  const { signature: _, ...rest } = raw
  return Buffer.from(`${domain}${canonicalJson(rest)}`)
}

/** Ed25519 digests by itself. */
export function digestFor({ asymmetricKeyType }: KeyObject): 'sha256' | undefined {
  return asymmetricKeyType === 'ed25519' ? undefined : 'sha256'
}

import { resolve } from 'node:path'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { Signer } from './ask/signer.ts'

/** A signer and the way to it, as an operator types them. */
export interface TypedSigner {
  readonly signerIp?: string
  readonly port?: string
  /** Given to ssh as `-F`. */
  readonly sshConfig?: string
  /** Given to ssh as `-b`. */
  readonly bind?: string
}

/** The signer that an operator named. Throws `usage`. */
export function parseTypedSigner(
  { signerIp, port, sshConfig, bind }: TypedSigner,
  known: Pick<Signer, 'knownHostsFile' | 'hostKeyPolicy'>,
): Signer {
  return {
    address: requireSignerIp(signerIp),
    port: port === undefined ? undefined : parsePort(port),
    sshConfigFile: sshConfig === undefined ? undefined : resolve(sshConfig),
    bindAddress: bind,
    ...known,
  }
}

/** Whom to ask. Not left to the command line's parser, which would find it missing before it finds `--signerip`. */
export function requireSignerIp(signerIp: string | undefined): string {
  if (signerIp !== undefined) return signerIp
  throw new SignetError('usage', 'the signer is not named', { hint: "give the signer's address: --signer-ip=IP" })
}

/** A port in what an operator typed. Throws `usage`. */
export function parsePort(text: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0
  if (port > 0 && port <= 65_535) return port
  throw new SignetError('usage', `the port is not a number from 1 to 65535: ${quoteUntrusted(text)}`, {
    hint: 'give it as --port=2222',
  })
}

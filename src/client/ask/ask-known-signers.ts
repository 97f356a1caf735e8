import { asSignetError } from '../../core/signet-error.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import type { ClientState } from '../client-state.ts'
import type { ClientWorld } from '../client-world.ts'
import { type ClientKey, formatCsrInput } from '../pair/client-key.ts'
import { type VerifiedCertificate, verifyIssued } from '../pair/verify-issued.ts'
import { savedSigner } from '../saved-state.ts'
import { formatWord } from './certificate-word.ts'
import { readPeerHost } from './parse-peers.ts'
import type { Signer } from './signer.ts'

/** What a new certificate must fit: the installed key and one of the installed CAs. */
export interface InstalledTrust {
  readonly key: ClientKey
  readonly trusted: CaBundle
}

/** A verified certificate, and who sent it. */
export interface Answered {
  readonly signer: Signer
  readonly verified: VerifiedCertificate
}

interface Renewing {
  readonly state: ClientState
  readonly trust: InstalledTrust
  readonly world: ClientWorld
}

/** Asks the known signer, then the known members, until one sends a certificate that may be installed. */
export async function askKnownSigners(renewing: Renewing): Promise<Answered> {
  const [known, ...members] = planSigners(renewing.state)
  try {
    return await askOne(known, renewing)
  } catch (caught) {
    const first = asSignetError(caught)
    for (const signer of members) {
      const answered = await askOne(signer, renewing).catch((error: unknown) => {
        renewing.world.onWarning?.(asSignetError(error).message)
      })
      if (answered !== undefined) return answered
    }
    // What the signer itself said tells more than that the other members are none.
    throw first
  }
}

async function askOne(signer: Signer, { state, trust, world }: Renewing): Promise<Answered> {
  const { kind, name, address } = state
  const subject = { kind, name, address }
  const certificatePem = await world.ask(signer, formatWord(subject), formatCsrInput(name, trust.key))
  const verified = verifyIssued({
    ...subject,
    certificatePem,
    trusted: trust.trusted,
    publicKeySpki: trust.key.spki,
    nowMs: world.clock.now(),
  })
  return { signer, verified }
}

// Any member may have become the signer in the meantime.
function planSigners(state: ClientState): readonly [Signer, ...Signer[]] {
  const known = savedSigner(state)
  const hosts = new Set(state.endpoints.map(readPeerHost).filter((host) => host !== undefined))
  hosts.delete(known.address)
  return [known, ...[...hosts].map((address) => ({ ...known, address }))]
}

import { makeCsrCommand } from '../core/csr-commands.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { SigningQuestion } from '../protocol/authority-message.ts'
import {
  backdateMs,
  type CertificateProfile,
  clientProfile,
  endpointProfile,
  memberProfile,
  probeProfile,
} from '../protocol/certificate-profile.ts'
import { doctorName, endpointName, isMasterName, isMemberName } from '../protocol/names.ts'
import type { Csr } from '../x509/parse-csr.ts'
import { decideMember, type MemberFacts } from './member-policy.ts'

/** Seconds that the endpoint's own certificate lives. */
const endpointLifetimeSeconds = 24 * 3600

/** Seconds that a probe's certificate lives: as long as a look at a few ports takes. */
const probeLifetimeSeconds = 120

/** How far the clock may be behind the journal's last line. */
export const clockToleranceMs = backdateMs

export interface Lifetimes {
  /** Seconds. */
  readonly client: number
  readonly member: number
}

interface PolicyFacts extends MemberFacts {
  readonly lifetimes: Lifetimes
}

/** A certificate that policy grants. */
export interface Grant {
  readonly profile: CertificateProfile
  readonly lifetimeSeconds: number
  /** Of a member: whether it makes its address the holder of the name. */
  readonly holds?: boolean
}

/** Decides what is signed for a question and its CSR. Throws `refused`, or `usage` for a name outside the grammar. */
export function decideGrant(question: SigningQuestion, csr: Csr, facts: PolicyFacts): Grant {
  const name = grantedName(question)
  requireCommonName(csr.commonName, name)
  switch (question.ask) {
    case 'endpoint':
      return { profile: endpointProfile(), lifetimeSeconds: endpointLifetimeSeconds }
    case 'probe':
      return { profile: probeProfile(), lifetimeSeconds: probeLifetimeSeconds }
    case 'client':
      requireForm(isMasterName(name), name)
      return { profile: clientProfile(name), lifetimeSeconds: facts.lifetimes.client }
    case 'member':
      requireForm(isMemberName(name), name)
      return grantMember(question, csr, facts)
  }
}

/** The name that a question's certificate is for: of our own processes no caller can choose it. */
export function grantedName(question: SigningQuestion): string {
  if (question.ask === 'endpoint') return endpointName
  return question.ask === 'probe' ? doctorName : question.name
}

// Only the word decides the name. A CSR for another one is a mistake, or an attempt to pass one check with the other.
function requireCommonName(commonName: string, name: string): void {
  if (commonName === name) return
  throw new SignetError('refused', `the CSR's CN ${quoteUntrusted(commonName)} differs from ${quoteUntrusted(name)}`, {
    hint: `make the CSR again: ${makeCsrCommand(name)}`,
  })
}

// The endpoint has checked this already; whoever broke the endpoint must not get other names signed either.
function requireForm(fits: boolean, name: string): void {
  if (!fits) throw new SignetError('usage', `malformed name ${quoteUntrusted(name)}`)
}

type MemberQuestion = Extract<SigningQuestion, { ask: 'member' }>

function grantMember(question: MemberQuestion, csr: Csr, facts: PolicyFacts): Grant {
  const { name, address } = question
  const { lifetimes } = facts
  const holds = decideMember(question, facts)
  return {
    profile: memberProfile(name, address, csr.publicKey.algorithm === 'rsa'),
    lifetimeSeconds: holds ? lifetimes.member : lifetimes.client,
    holds,
  }
}

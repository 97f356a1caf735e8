import type { Clock } from '../core/clock.ts'
import { parseIpAddress } from '../core/ip-address.ts'
import type { Log } from '../core/log.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import {
  type AuthorityMasters,
  type AuthorityMembers,
  type AuthorityQuestion,
  type AuthorityStatus,
  maxListedMasters,
  maxListedMembers,
} from '../protocol/authority-message.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { Certificate } from '../x509/parse-certificate.ts'
import { parseCsr } from '../x509/parse-csr.ts'
import { formatPem } from '../x509/pem.ts'
import {
  clockToleranceMs,
  decideGrant,
  type Grant,
  grantedName,
  type Lifetimes,
  type SigningQuestion,
} from './certificate-policy.ts'
import { issueCertificate } from './issue-certificate.ts'
import type { IssuedCertificate } from './issued-line.ts'
import type { Journal } from './journal.ts'
import type { Claim } from './member-claims.ts'
import type { MemberRules, MemberStanding } from './member-policy.ts'
import type { CertificateAuthority } from './signing-key.ts'

export interface AuthorityContext {
  readonly authority: CertificateAuthority
  readonly lifetimes: Lifetimes
  readonly rules: MemberRules
  /** `trust` signs even while the clock is behind the journal. */
  readonly clockPolicy: 'check' | 'trust'
  readonly journal: Journal
  readonly clock: Clock
  readonly randomSerial: () => Buffer
  readonly log: Log
}

type AnswerBody =
  | { readonly certificate: string }
  | { readonly status: AuthorityStatus }
  | { readonly masters: AuthorityMasters }
  | { readonly members: AuthorityMembers }

/** Answers one question of the endpoint. Throws what the caller shall be told. */
export async function answerQuestion(question: AuthorityQuestion, context: AuthorityContext): Promise<AnswerBody> {
  if (question.ask === 'status') return { status: describe(context) }
  if (question.ask === 'masters') return { masters: listMasters(context) }
  if (question.ask === 'members') return { members: listMembers(context) }
  return { certificate: await sign(question, context) }
}

function describe({ authority, lifetimes, rules, journal, clock }: AuthorityContext): AuthorityStatus {
  const { der, notAfterMs } = authority.certificate
  return {
    time: new Date(clock.now()).toISOString(),
    pin: certificatePin(der),
    caNotAfter: new Date(notAfterMs).toISOString(),
    clientLifetimeSeconds: lifetimes.client,
    memberLifetimeSeconds: lifetimes.member,
    joins: rules.joins,
    members: rules.members,
    changedKeys: [...journal.names.changedKeys(clock.now(), 100)],
  }
}

function listMasters({ journal, clock }: AuthorityContext): AuthorityMasters {
  const { soonest, ...counts } = journal.names.masters(clock.now(), maxListedMasters)
  return {
    ...counts,
    soonest: soonest.map(({ name, address, expiryMs, keyChanged }) => ({
      name,
      // A journal of an older version may hold anything, long enough to burst the line.
      address: parseIpAddress(address) ?? '',
      expiry: new Date(expiryMs).toISOString(),
      keyChanged,
    })),
  }
}

function listMembers({ rules, journal: { members }, clock }: AuthorityContext): AuthorityMembers {
  const nowMs = clock.now()
  return {
    joins: rules.joins,
    configured: Object.entries(rules.members).map(([name, address]) => ({ name, address })),
    holders: members.holders(nowMs, maxListedMembers).map((claim) => {
      return { ...describeClaim(claim), since: formatTime(claim.sinceMs), expiry: formatTime(claim.untilMs) }
    }),
    reserved: members.reservations(nowMs, maxListedMembers).map((claim) => {
      return { ...describeClaim(claim), until: formatTime(claim.untilMs) }
    }),
  }
}

// A journal of an older version may hold any address, long enough to burst the line.
function describeClaim({ name, address }: Claim): { readonly name: string; readonly address: string } {
  return { name, address: parseIpAddress(address) ?? '' }
}

function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

async function sign(question: SigningQuestion, context: AuthorityContext): Promise<string> {
  const nowMs = context.clock.now()
  refuseClockBehind(context, nowMs)
  const { publicKey, ...csr } = parseCsr(Buffer.from(question.csr, 'base64'))
  const { lifetimes, rules } = context
  const standing = readStanding(question, context.journal, nowMs)
  const grant = decideGrant(question, { publicKey, ...csr }, { lifetimes, rules, standing, nowMs })
  const certificate = issueCertificate(context.authority, { grant, publicKey, nowMs, serial: context.randomSerial() })
  await record(question, { grant, certificate }, context)
  return formatPem('CERTIFICATE', certificate.der)
}

function readStanding(question: SigningQuestion, journal: Journal, nowMs: number): MemberStanding {
  const name = grantedName(question)
  const address = 'address' in question ? question.address : ''
  return {
    holder: journal.holder(name, nowMs),
    reservedFor: journal.reservedFor(name, nowMs),
    hasRoom: journal.members.hasRoom(name, address, nowMs),
  }
}

/**
 * A clock set back would make certificates that outlive their time as everybody else counts it, and a host without a
 * battery starts in 1970. The journal's last line is the proof of a later time.
 */
function refuseClockBehind({ journal, clockPolicy }: AuthorityContext, nowMs: number): void {
  const lastMs = journal.names.lastTimeMs
  if (clockPolicy === 'trust' || lastMs === undefined || nowMs >= lastMs - clockToleranceMs) return
  const behind = `${new Date(nowMs).toISOString()}, behind the last certificate of ${new Date(lastMs).toISOString()}`
  throw new SignetError('try-later', `the signer's clock says ${behind}`, {
    hint: 'set the clock of the leader right; if it is right, set "clock: trust" in signet.yaml there',
  })
}

interface Signed {
  readonly grant: Grant
  readonly certificate: Certificate
}

async function record(question: SigningQuestion, signed: Signed, context: AuthorityContext): Promise<void> {
  const { grant, certificate } = signed
  const issued: IssuedCertificate = {
    timeMs: context.clock.now(),
    address: 'address' in question ? question.address : '',
    name: certificate.subjectCommonName,
    serial: certificate.serialHex,
    publicKeySha256: certificate.publicKey.sha256,
    expiryMs: certificate.notAfterMs,
    ...(grant.holds === undefined ? {} : { holds: grant.holds }),
  }
  const keyChanged = await context.journal.record(issued)
  // The endpoint makes a new key at every start, and doctor at every call, in memory.
  if (!keyChanged || !('address' in question)) return
  const { name, address, serial } = issued
  context.log.warn({ name, address: quoteUntrusted(address), serial }, 'a name asks with another key than before')
}

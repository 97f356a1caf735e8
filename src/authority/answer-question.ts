import type { Clock } from '../core/clock.ts'
import { parseIpAddress } from '../core/ip-address.ts'
import type { Log } from '../core/log.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import {
  type AuthorityMasters,
  type AuthorityQuestion,
  type AuthorityStatus,
  maxListedMasters,
} from '../protocol/authority-message.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { Certificate } from '../x509/parse-certificate.ts'
import { parseCsr } from '../x509/parse-csr.ts'
import { formatPem } from '../x509/pem.ts'
import {
  clockToleranceMs,
  decideGrant,
  grantedName,
  type Lifetimes,
  type SigningQuestion,
} from './certificate-policy.ts'
import { issueCertificate } from './issue-certificate.ts'
import type { IssuedCertificate } from './issued-line.ts'
import type { Journal } from './journal.ts'
import type { CertificateAuthority } from './signing-key.ts'

export interface AuthorityContext {
  readonly authority: CertificateAuthority
  readonly lifetimes: Lifetimes
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

/** Answers one question of the endpoint. Throws what the caller shall be told. */
export async function answerQuestion(question: AuthorityQuestion, context: AuthorityContext): Promise<AnswerBody> {
  if (question.ask === 'status') return { status: describe(context) }
  if (question.ask === 'masters') return { masters: listMasters(context) }
  return { certificate: await sign(question, context) }
}

function describe({ authority, lifetimes, journal, clock }: AuthorityContext): AuthorityStatus {
  const { der, notAfterMs } = authority.certificate
  return {
    time: new Date(clock.now()).toISOString(),
    pin: certificatePin(der),
    caNotAfter: new Date(notAfterMs).toISOString(),
    clientLifetimeSeconds: lifetimes.client,
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

async function sign(question: SigningQuestion, context: AuthorityContext): Promise<string> {
  const nowMs = context.clock.now()
  refuseClockBehind(context, nowMs)
  const { publicKey, ...csr } = parseCsr(Buffer.from(question.csr, 'base64'))
  const name = grantedName(question)
  const holder = context.journal.holder(name, nowMs)
  const grant = decideGrant(question, { publicKey, ...csr }, { lifetimes: context.lifetimes, holder })
  const certificate = issueCertificate(context.authority, { grant, publicKey, nowMs, serial: context.randomSerial() })
  await record(question, certificate, context)
  return formatPem('CERTIFICATE', certificate.der)
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

async function record(question: SigningQuestion, certificate: Certificate, context: AuthorityContext): Promise<void> {
  const issued: IssuedCertificate = {
    timeMs: context.clock.now(),
    address: 'address' in question ? question.address : '',
    name: certificate.subjectCommonName,
    serial: certificate.serialHex,
    publicKeySha256: certificate.publicKey.sha256,
    expiryMs: certificate.notAfterMs,
  }
  const keyChanged = await context.journal.record(issued)
  // The endpoint makes a new key at every start, and doctor at every call, in memory.
  if (!keyChanged || !('address' in question)) return
  const { name, address, serial } = issued
  context.log.warn({ name, address: quoteUntrusted(address), serial }, 'a name asks with another key than before')
}

import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import type {
  AuthorityMasters,
  AuthorityMembers,
  AuthorityMetrics,
  AuthorityQuestion,
  AuthorityStatus,
  SigningQuestion,
} from '../protocol/authority-message.ts'
import type { Certificate } from '../x509/parse-certificate.ts'
import { parseCsr } from '../x509/parse-csr.ts'
import { formatPem } from '../x509/pem.ts'
import type { AuthorityWorld } from './authority-world.ts'
import { clockToleranceMs, decideGrant, type Grant, grantedName } from './certificate-policy.ts'
import { describeAuthority, describeMasters, describeMembers, describeTally } from './describe-authority.ts'
import { issueCertificate } from './issue-certificate.ts'
import type { IssuedCertificate } from './journal/issued-line.ts'
import type { Journal } from './journal/journal.ts'
import { findContradiction, type MemberStanding } from './member-policy.ts'

type AnswerBody =
  | { readonly certificate: string }
  | { readonly status: AuthorityStatus }
  | { readonly masters: AuthorityMasters }
  | { readonly members: AuthorityMembers }
  | { readonly metrics: AuthorityMetrics }

/** Answers one question of the endpoint. Throws what the caller shall be told. */
export async function answerQuestion(question: AuthorityQuestion, world: AuthorityWorld): Promise<AnswerBody> {
  if (question.ask === 'status') return { status: describeAuthority(world) }
  if (question.ask === 'masters') return { masters: describeMasters(world) }
  if (question.ask === 'members') return { members: describeMembers(world) }
  if (question.ask === 'metrics') return { metrics: describeTally(world) }
  return { certificate: await signAndCount(question, world) }
}

async function signAndCount(question: SigningQuestion, world: AuthorityWorld): Promise<string> {
  try {
    const certificate = await sign(question, world)
    world.tally.issued.add(question.ask)
    return certificate
  } catch (error) {
    world.tally.refused.add(asSignetError(error).code)
    throw error
  }
}

async function sign(question: SigningQuestion, world: AuthorityWorld): Promise<string> {
  const nowMs = world.clock.now()
  refuseClockBehind(world, nowMs)
  const { publicKey, ...csr } = parseCsr(Buffer.from(question.csr, 'base64'))
  const { lifetimes, rules } = world
  const standing = readStanding(question, world.journal, nowMs)
  const grant = decideGrant(question, { publicKey, ...csr }, { lifetimes, rules, standing, nowMs })
  const certificate = issueCertificate(world.authority, { grant, publicKey, nowMs, serial: world.randomSerial() })
  if (grant.holds === false) reportContradiction(question, standing.holder, world)
  await record(question, { grant, certificate }, world)
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

function reportContradiction(question: SigningQuestion, holder: string | undefined, { log }: AuthorityWorld): void {
  if (question.ask !== 'member') return
  const found = findContradiction(question, holder)
  const { name, address, listedAddresses } = question
  const listed = quoteUntrusted((listedAddresses ?? []).join(' '))
  if (found !== undefined) log.warn({ name, address, holder: quoteUntrusted(holder ?? ''), listed }, found)
}

/**
 * A clock set back would make certificates that outlive their time as everybody else counts it, and a host without a
 * battery starts in 1970. The journal's last line is the proof of a later time.
 */
function refuseClockBehind({ journal, clockPolicy }: AuthorityWorld, nowMs: number): void {
  const lastMs = journal.names.lastTimeMs
  if (clockPolicy === 'trust' || lastMs === undefined || nowMs >= lastMs - clockToleranceMs) return
  const behind = `${new Date(nowMs).toISOString()}, behind the last certificate of ${new Date(lastMs).toISOString()}`
  throw new SignetError('try-later', `the signer's clock says ${behind}`, {
    hint: 'set the clock of the signer right; if it is right, set "clock: trust" in signet.yaml there',
  })
}

interface Signed {
  readonly grant: Grant
  readonly certificate: Certificate
}

async function record(question: SigningQuestion, signed: Signed, world: AuthorityWorld): Promise<void> {
  const { grant, certificate } = signed
  const issued: IssuedCertificate = {
    timeMs: world.clock.now(),
    address: 'address' in question ? question.address : '',
    name: certificate.subjectCommonName,
    serial: certificate.serialHex,
    publicKeySha256: certificate.publicKey.sha256,
    expiryMs: certificate.notAfterMs,
    holds: grant.holds,
  }
  const keyChanged = await world.journal.record(issued)
  // The endpoint makes a new key at every start, and doctor at every call, in memory.
  if (!keyChanged || !('address' in question)) return
  const { name, address, serial } = issued
  world.log.warn({ name, address: quoteUntrusted(address), serial }, 'a name asks with another key than before')
}

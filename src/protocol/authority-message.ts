import * as v from 'valibot'
import { type FailureCode, failureCodes, isFailureCode } from '../core/failure-code.ts'
import { parseIpAddress } from '../core/ip-address.ts'
import { maxListedMembers } from '../core/member-name.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'

/** Longest line on the authority's socket, either way: a 16 KiB CSR in base64 and its frame. */
export const maxLineBytes = 64 * 1024

const text = v.pipe(v.string(), v.maxLength(256))
/** In the one form that it is compared, journalled and certified in. */
const address = v.pipe(
  text,
  v.check((given) => parseIpAddress(given) === given),
)
const csr = v.pipe(v.string(), v.base64(), v.maxLength(32 * 1024))
const sequence = v.pipe(v.number(), v.integer(), v.minValue(0))

const questionSchema = v.variant('ask', [
  v.strictObject({ ask: v.literal('client'), name: text, address, csr }),
  v.strictObject({
    ask: v.literal('member'),
    name: text,
    address,
    csr,
    /** Addresses under which etcd lists the name; null where etcd could not be asked. */
    listedAddresses: v.nullable(v.pipe(v.array(text), v.maxLength(maxListedMembers))),
  }),
  v.strictObject({ ask: v.literal('endpoint'), csr }),
  /** A certificate with which `doctor` sees whether a peer port is closed. */
  v.strictObject({ ask: v.literal('probe'), csr }),
  v.strictObject({ ask: v.literal('status') }),
  v.strictObject({ ask: v.literal('masters') }),
  v.strictObject({ ask: v.literal('members') }),
  v.strictObject({ ask: v.literal('metrics') }),
])

const requestSchema = v.strictObject({ id: sequence, question: questionSchema })
const requestLine = v.pipe(v.string(), v.parseJson(), requestSchema)

const statusSchema = v.strictObject({
  time: v.string(),
  pin: v.string(),
  caNotAfter: v.string(),
  clientLifetimeSeconds: v.number(),
  memberLifetimeSeconds: v.number(),
  /** As `signet.yaml` says: `open`, `closed`, or until when they are open. */
  joins: text,
  /** The pairs of `signet.yaml`: name and address. */
  members: v.record(text, text),
  /** Names whose public key changed before their last certificate had expired. */
  changedKeys: v.array(v.string()),
})

/** Most masters in one answer: these fit a line, whatever their names and addresses are. */
export const maxListedMasters = 200

const masterSchema = v.strictObject({ name: text, address: text, expiry: text, keyChanged: v.boolean() })
/** Most keys that several masters use in one answer, and most masters of each: with the above they fit a line. */
export const maxSharedKeys = { keys: 10, mastersOfKey: 8 } as const

const sharedKeySchema = v.strictObject({
  /** How many masters use the key. */
  total: sequence,
  masters: v.pipe(v.array(v.strictObject({ name: text, address: text })), v.maxLength(maxSharedKeys.mastersOfKey)),
})
const mastersSchema = v.strictObject({
  /** All names that are remembered. */
  total: sequence,
  /** Those whose last certificate has expired. */
  expired: sequence,
  keysChanged: sequence,
  /** How many keys are used by more than one master. */
  keysShared: sequence,
  /** The first of them, that of most masters first. */
  sharedKeys: v.pipe(v.array(sharedKeySchema), v.maxLength(maxSharedKeys.keys)),
  /** Those that come to an end first, and those that did so within a week. */
  soonest: v.pipe(v.array(masterSchema), v.maxLength(maxListedMasters)),
})

const listOf = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.maxLength(maxListedMembers))
const membersSchema = v.strictObject({
  joins: text,
  /** The pairs of `signet.yaml`. */
  configured: listOf(v.strictObject({ name: text, address: text })),
  /** Whose full lifetime has not expired, since when without a gap; who holds a name longest stands first. */
  holders: listOf(v.strictObject({ name: text, address: text, since: text, expiry: text })),
  /** For whom a name is kept for the ten minutes in which a host joins. */
  reserved: listOf(v.strictObject({ name: text, address: text, until: text })),
})

const metricsSchema = v.strictObject({
  /** Certificates signed since the authority has started, by what they are for. */
  issued: v.strictObject({ client: sequence, member: sequence, endpoint: sequence, probe: sequence }),
  /** Questions that were not answered since then, by failure code. */
  refused: v.record(v.picklist(failureCodes), sequence),
  /** How the masters are: those that renew, those that did not do so twice yet, those that are late, those of this week that expired. */
  masters: v.strictObject({ well: sequence, unproven: sequence, overdue: sequence, expired: sequence }),
  /** Which master fails first if nothing is signed from now on; null where none is known that renews. */
  first: v.nullable(v.strictObject({ name: text, address: text, expiry: text })),
})

const failureSchema = v.strictObject({ code: v.string(), message: v.string(), hint: v.optional(v.string()) })

const answerSchema = v.union([
  v.strictObject({ id: sequence, certificate: v.string() }),
  v.strictObject({ id: sequence, status: statusSchema }),
  v.strictObject({ id: sequence, masters: mastersSchema }),
  v.strictObject({ id: sequence, members: membersSchema }),
  v.strictObject({ id: sequence, metrics: metricsSchema }),
  v.strictObject({ id: sequence, failure: failureSchema }),
])
const answerLine = v.pipe(v.string(), v.parseJson(), answerSchema)

/** What the endpoint asks of the authority. One JSON object a line; answers may come in any order, by `id`. */
export type AuthorityQuestion = v.InferOutput<typeof questionSchema>
export type AuthorityStatus = v.InferOutput<typeof statusSchema>
/** What the journal tells of masters, bounded. */
export type AuthorityMasters = v.InferOutput<typeof mastersSchema>
/** Who may have a member's certificate, and who has one, bounded. */
export type AuthorityMembers = v.InferOutput<typeof membersSchema>
/** What the authority has done since it started, and how the masters are. */
export type AuthorityMetrics = v.InferOutput<typeof metricsSchema>
/** A question that is answered by a certificate. */
export type SigningQuestion = Exclude<AuthorityQuestion, { ask: 'status' | 'masters' | 'members' | 'metrics' }>
export type AuthorityAnswer = v.InferOutput<typeof answerSchema>
export type AuthorityRequest = v.InferOutput<typeof requestSchema>

/** A line that the endpoint sent. Throws `bad-data`: whoever broke the endpoint must not break the authority too. */
export function parseAuthorityRequest(line: string): AuthorityRequest {
  const parsed = v.safeParse(requestLine, line)
  if (parsed.success) return parsed.output
  throw new SignetError('bad-data', 'a line on the authority socket is not a request')
}

/** A line that the authority sent. Throws `unavailable`. */
export function parseAuthorityAnswer(line: string): AuthorityAnswer {
  const parsed = v.safeParse(answerLine, line)
  if (parsed.success) return parsed.output
  throw strangeAnswer('the authority sent a line that is not an answer')
}

/** What is thrown where the authority says what the endpoint does not understand: after an upgrade one of them runs on. */
export function strangeAnswer(message: string, cause?: unknown): SignetError {
  return new SignetError('unavailable', message, {
    hint: 'both must be of one version; on the signer: systemctl restart signet-authority signet-endpoint',
    cause,
  })
}

/** A failure as it crosses the socket; its cause stays behind, in the authority's log. */
export function formatFailure(error: SignetError): v.InferOutput<typeof failureSchema> {
  const { code, message, hint } = error
  return hint === undefined ? { code, message } : { code, message, hint }
}

/** The failure that crossed the socket, as an error on this side. */
export function parseFailure(failure: v.InferOutput<typeof failureSchema>): SignetError {
  const code: FailureCode = isFailureCode(failure.code) ? failure.code : 'internal'
  const message = printable(failure.message)
  return new SignetError(code, message, failure.hint === undefined ? {} : { hint: printable(failure.hint) })
}

// Messages quote what came from callers already; anything still unprintable here is not ours.
function printable(text: string): string {
  return /^[\x20-\x7e]{1,1000}$/.test(text) ? text : quoteUntrusted(text)
}

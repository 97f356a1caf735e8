import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { parse as parseYaml } from 'yaml'
import { durationForm, parseDurationSeconds } from '../core/duration.ts'
import { parseIpAddress } from '../core/ip-address.ts'
import { isJoinsSetting } from '../core/joins-window.ts'
import { foldName, isMemberName, maxListedMembers } from '../core/member-name.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { hostLayout } from './host-layout.ts'

const usual = hostLayout()

/** Where the configuration of a real host is. */
export const defaultConfigFile = usual.configuration

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const duration = v.pipe(
  // Also for a bare number, which YAML does not take for a text.
  v.string(durationForm),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return parseDurationSeconds(dataset.value, 'the value')
    } catch {
      addIssue({ message: durationForm })
      return NEVER
    }
  }),
)
const network = v.pipe(v.string(), v.check(isNetwork, 'write a network as ADDRESS/PREFIX, for instance 192.0.2.0/24'))
const httpsUrl = v.pipe(v.string(), v.regex(/^https:\/\/[^/?#@\s]+$/, 'write a URL as https://HOST:PORT'))
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))

const lifetimes = v.optional(
  v.strictObject({ client: v.optional(duration, '24h'), member: v.optional(duration, '90d') }),
  {},
)

const joins = v.pipe(
  v.string(),
  v.check(isJoinsSetting, 'write open, closed, or a time until which joins are open, as "2031-01-31T12:00:00Z"'),
)
const canonicalAddress = v.pipe(
  v.string(),
  v.transform((text) => parseIpAddress(text) ?? ''),
  v.check((address) => address !== '', 'write an IP address, for instance 192.0.2.11 or "2001:db8::11"'),
)
const members = v.pipe(
  v.record(v.pipe(v.string(), v.check(isMemberName, 'write a member as etcd-<id>: ADDRESS')), canonicalAddress),
  v.check((pairs) => Object.keys(pairs).length <= maxListedMembers, `name at most ${maxListedMembers} members`),
  v.check(hasDistinctNames, 'name each member once: upper and lower case do not make another name'),
)

const embedded = v.strictObject({
  /** Address to listen on; `::` takes IPv4 too. */
  address: v.optional(v.pipe(v.string(), v.check(isAddress, 'write an IP address')), '::'),
  /** 0 lets the system choose. */
  port: v.optional(port, 2222),
  hostKey: v.optional(path, usual.hostKey),
})

/** At least one and at most a million of something. */
const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))
// Longer than that, and a caller who says nothing costs nothing to keep.
const waitingTime = v.pipe(duration, v.maxValue(600, 'write at most 10m'))

/** The defaults are for 5,000 masters, behind one address of a NAT if need be. */
const limits = v.strictObject({
  /** Of one address, or one /64 of IPv6; over it, callers are answered 75 and when to try again. */
  requestsPerMinute: v.optional(count, 6000),
  /** Connections in all, and of one address; those over `served` wait for their turn. */
  connections: v.optional(count, 4096),
  connectionsPerAddress: v.optional(count, 2048),
  /** Beyond these: callers who are answered 75 and when to try again. Whoever comes beyond them is hung up on. */
  busyConnections: v.optional(count, 512),
  /** Connections that are served at once. */
  served: v.optional(count, 256),
  /** From the connection's turn to the log-in, and from there to the answer. */
  loginTime: v.optional(waitingTime, '10s'),
  requestTime: v.optional(waitingTime, '30s'),
})

const schema = v.strictObject({
  /** The CIDRs from which requests are accepted: being placed there is the only authentication. */
  controlPlaneNetworks: v.pipe(v.array(network), v.minLength(1, 'name at least one network')),
  lifetimes,
  /** `open`, `closed`, or until when they are open: whether hosts that `members` does not list get a member's certificate. */
  joins: v.optional(joins, 'open'),
  /** Names of members and the address of each: these pairs always get the full lifetime, and nobody else their names. */
  members: v.optional(members, {}),
  /** `check` refuses to sign while the clock is behind the journal; `trust` signs all the same. */
  clock: v.optional(v.picklist(['check', 'trust']), 'check'),
  endpoint: v.optional(
    v.strictObject({
      front: v.optional(v.picklist(['openssh', 'embedded']), 'openssh'),
      embedded: v.optional(embedded, {}),
      limits: v.optional(limits, {}),
    }),
    {},
  ),
  etcd: v.optional(
    v.strictObject({ endpoints: v.optional(v.pipe(v.array(httpsUrl), v.minLength(1)), ['https://127.0.0.1:2379']) }),
    {},
  ),
  paths: v.optional(
    v.strictObject({
      caCertificate: v.optional(path, usual.caCertificate),
      /** On a real host the service reads the key through systemd's credential instead. */
      caKey: v.optional(path, usual.caKey),
      journal: v.optional(path, usual.journal),
      authoritySocket: v.optional(path, usual.authoritySocket),
      relaySocket: v.optional(path, usual.relaySocket),
    }),
    {},
  ),
})

/** `signet.yaml`, checked, with every default filled in. Lifetimes are in seconds. */
export type SignetConfig = v.InferOutput<typeof schema>

/** What callers may take, as operators say it. Times are in seconds. */
export type LimitSettings = SignetConfig['endpoint']['limits']

/** Reads and checks a configuration file. Throws `configuration`, with the field that is wrong. */
export function readConfig(file: string): SignetConfig {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const hint = 'write it, or name another with --config=FILE'
    throw new SignetError('configuration', `the configuration ${file} cannot be read`, { hint, cause })
  }
  return parseConfig(text, file)
}

/** The configuration in YAML text; `subject` names where the text came from. Throws `configuration`. */
export function parseConfig(text: string, subject: string): SignetConfig {
  let document: unknown
  try {
    document = parseYaml(text, { strict: true, uniqueKeys: true, maxAliasCount: 0 })
  } catch (cause) {
    throw new SignetError('configuration', `${subject} is not YAML`, { hint: 'look for a wrong indentation', cause })
  }
  const parsed = v.safeParse(schema, document)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const field = v.getDotPath(issue) ?? 'the document'
  throw new SignetError('configuration', `${subject}: ${quoteUntrusted(field)} is not right`, {
    hint: issue.message.startsWith('Invalid ') ? `${printable(issue.message)}; see: man signet.yaml` : issue.message,
  })
}

// valibot quotes what it was given.
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}

function hasDistinctNames(pairs: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(pairs)
  return new Set(names.map(foldName)).size === names.length
}

function isAddress(text: string): boolean {
  return parseIpAddress(text) !== undefined
}

/** Whether text is `ADDRESS/PREFIX`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/')
  const canonical = parseIpAddress(address)
  if (canonical === undefined || rest.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(prefix)) return false
  return Number(prefix) <= (canonical.includes(':') ? 128 : 32)
}

import * as v from 'valibot'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { isMasterName, isMemberName } from '../protocol/names.ts'
import { parsePeers } from './ask/parse-peers.ts'
import { isHost } from './ask/signer.ts'
import { defaultPairCommands, type RequestCommands } from './pair/pair-commands.ts'

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const host = v.pipe(text, v.check(isHost, 'not a host'))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const schema = v.strictObject({
  version: v.literal(1),
  signer: v.strictObject({
    address: host,
    port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
    sshConfigFile: v.optional(path),
    bindAddress: v.optional(host),
    knownHostsFile: path,
  }),
  name: v.pipe(
    v.string(),
    v.check((name) => isMasterName(name) || isMemberName(name), 'not a name'),
  ),
  kind: v.picklist(['client', 'member']),
  /** A member's. */
  address: v.optional(text),
  paths: v.strictObject({ key: path, certificate: path, ca: path }),
  owner: v.optional(v.strictObject({ uid: count, gid: count })),
  /** Client URLs of the members that were last heard of. */
  endpoints: v.pipe(
    v.array(text),
    v.check((urls) => areEndpoints(urls), 'not client URLs'),
  ),
  attempts: v.optional(v.strictObject({ lastAttemptMs: count, failures: count })),
})

/** What a request leaves for `renew`, as JSON in a file of root's. */
export type ClientState = v.InferOutput<typeof schema>

/** The state in a file's text. Throws `configuration`, with the field that is wrong. */
export function parseClientState(
  json: string,
  subject: string,
  { request }: Pick<RequestCommands, 'request'> = defaultPairCommands,
): ClientState {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), json)
  if (parsed.success) return parsed.output
  const field = v.getDotPath(parsed.issues[0]) ?? 'the document'
  throw new SignetError('configuration', `${subject} is not what a request has left: ${quoteUntrusted(field)}`, {
    hint: `request again: ${request}`,
  })
}

/** The text of the file. */
export function formatClientState(state: ClientState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`
}

function areEndpoints(endpoints: readonly string[]): boolean {
  try {
    return endpoints.length === 0 || parsePeers(endpoints.join('\n')).length === endpoints.length
  } catch {
    return false
  }
}

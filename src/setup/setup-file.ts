import * as v from 'valibot'
import { parse as parseYaml } from 'yaml'
import { parsePort } from '../client/typed-signer.ts'
import { durationForm } from '../core/duration.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import type { LocalFiles } from '../host/files/local-files.ts'
import { parsePin } from '../x509/certificate-pin.ts'
import { parseEtcdDirectory } from './etcd-binaries/parse-etcd-directory.ts'
import { parseOwnAddresses } from './member/own-addresses.ts'
import { parseMemberName } from './member/own-member.ts'
import { parseQuota } from './member/quota.ts'
import { parseEndpoint, requireLifetime, requireNetworks } from './signer/signer-settings.ts'

// What stands in the file is judged by what judges the options, and named as a matter of the file.
const fits = <Value>(parse: (value: Value) => unknown): v.RawCheckAction<Value> =>
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    try {
      parse(dataset.value)
    } catch (error) {
      const { message, hint } = asSignetError(error)
      addIssue({ message: hint === undefined ? message : `${message}; ${hint}` })
    }
  })

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
const name = v.exactOptional(v.pipe(text, fits(parseMemberName)))
// Nearly all hosts have one.
const address = v.exactOptional(
  v.pipe(
    v.union([
      v.pipe(
        text,
        v.transform((one) => [one]),
      ),
      v.pipe(v.array(text), v.minLength(1), v.maxLength(2)),
    ]),
    fits((given: string[]) => parseOwnAddresses(given)),
  ),
)
const endpoint = v.exactOptional(v.pipe(text, fits(parseEndpoint)))
const networks = v.exactOptional(
  v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(64))),
    v.minLength(1),
    fits((given: string[]) => requireNetworks(given)),
  ),
)
// Also for a bare number, which YAML does not take for a text.
const clientLifetime = v.exactOptional(v.pipe(v.string(durationForm), v.maxLength(256), fits(requireLifetime)))
const quota = v.exactOptional(
  v.pipe(
    text,
    fits((given: string) => parseQuota(given)),
  ),
)
const etcd = v.exactOptional(v.pipe(text, fits(parseEtcdDirectory)))
const pin = v.exactOptional(v.pipe(text, fits(parsePin)))

const initSchema = v.strictObject({ name, address, etcd, quota, network: networks, endpoint, clientLifetime })
// Where a number is meant, people write a number.
const port = v.exactOptional(
  v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.maxLength(5), fits(parsePort)),
)
const joinSchema = v.strictObject({ signerIp: v.exactOptional(text), port, pin, name, address, etcd, quota })
const adoptSchema = v.strictObject({ caKey: v.exactOptional(text), network: networks, endpoint, clientLifetime })

const schemas = { init: initSchema, join: joinSchema, adopt: adoptSchema } as const

/** Answers to a command in a file: what unattended provisioning gives instead of options. */
export type SetupAnswers<Command extends keyof typeof schemas> = v.InferOutput<(typeof schemas)[Command]>

/** Reads the answers to a command; none where no file is given. Throws `configuration`, with the field that is wrong. */
export async function readSetupFile<Command extends keyof typeof schemas>(
  command: Command,
  file: string | undefined,
  files: Pick<LocalFiles, 'read'>,
): Promise<SetupAnswers<Command>> {
  const found = file === undefined ? { text: '{}' } : await files.read(file)
  if (found !== undefined) return parseSetupAnswers(command, found.text, file ?? '')
  throw new SignetError('configuration', `${quoteUntrusted(file ?? '')} does not exist`, {
    hint: 'give the path of a YAML file with --config=FILE',
  })
}

/**
 * Answers in YAML text. Throws `configuration`.
 * @internal
 */
export function parseSetupAnswers<Command extends keyof typeof schemas>(
  command: Command,
  yaml: string,
  subject: string,
): SetupAnswers<Command> {
  const schema: v.GenericSchema<unknown, SetupAnswers<Command>> = schemas[command]
  const parsed = v.safeParse(schema, parseDocument(yaml, subject))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const field = v.getDotPath(issue) ?? 'the document'
  throw new SignetError('configuration', `${subject}: ${quoteUntrusted(field)} is not right`, {
    // valibot's own words say what it expected, and not what to write.
    hint: issue.message.startsWith('Invalid ') ? mayHold(command) : issue.message,
  })
}

function mayHold(command: keyof typeof schemas): string {
  return `it may hold ${Object.keys(schemas[command].entries).join(', ')}; network is a list, address may be one, all others are text`
}

function parseDocument(yaml: string, subject: string): unknown {
  try {
    return parseYaml(yaml, { strict: true, uniqueKeys: true, maxAliasCount: 0 })
  } catch (cause) {
    throw new SignetError('configuration', `${subject} is not YAML`, { hint: 'look for a wrong indentation', cause })
  }
}

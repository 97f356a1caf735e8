import * as v from 'valibot'
import { parse as parseYaml } from 'yaml'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/local-files.ts'

const text = v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(256)))
const networks = v.exactOptional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.minLength(1)))

const initSchema = v.strictObject({
  name: text,
  address: text,
  quota: text,
  network: networks,
  endpoint: text,
  clientLifetime: text,
})
// Where a number is meant, people write a number.
const port = v.exactOptional(v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.maxLength(5)))
const joinSchema = v.strictObject({ signerIp: text, port, pin: text, name: text, address: text, quota: text })
const adoptSchema = v.strictObject({ caKey: text, network: networks, endpoint: text, clientLifetime: text })

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

/** Answers in YAML text. Throws `configuration`. */
export function parseSetupAnswers<Command extends keyof typeof schemas>(
  command: Command,
  yaml: string,
  subject: string,
): SetupAnswers<Command> {
  const schema: v.GenericSchema<unknown, SetupAnswers<Command>> = schemas[command]
  const parsed = v.safeParse(schema, parseDocument(yaml, subject))
  if (parsed.success) return parsed.output
  const field = v.getDotPath(parsed.issues[0]) ?? 'the document'
  throw new SignetError('configuration', `${subject}: ${quoteUntrusted(field)} is not right`, {
    hint: `it may hold ${Object.keys(schemas[command].entries).join(', ')}; network is a list, all others are text`,
  })
}

function parseDocument(yaml: string, subject: string): unknown {
  try {
    return parseYaml(yaml, { strict: true, uniqueKeys: true, maxAliasCount: 0 })
  } catch (cause) {
    throw new SignetError('configuration', `${subject} is not YAML`, { hint: 'look for a wrong indentation', cause })
  }
}

import * as v from 'valibot'
import { parse as parseYaml } from 'yaml'
import { parseBytes } from '../../core/byte-count.ts'
import { durationForm, parseDurationSeconds } from '../../core/duration.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { giveToRoot, requireGuarded } from '../files/guarded-path.ts'
import type { LocalFiles } from '../files/local-files.ts'
import type { HostLayout } from '../host-layout.ts'

const [minute, hour, day] = [60, 3600, 86_400]

const duration = (leastSeconds: number, mostSeconds: number, range: string) =>
  v.pipe(
    // Also for a bare number, which YAML does not take for a text.
    v.string(durationForm),
    transformed((text) => parseDurationSeconds(text, 'the value'), durationForm),
    v.minValue(leastSeconds, range),
    v.maxValue(mostSeconds, range),
  )

const bytes = v.pipe(
  v.string('write it as 20GiB or 512MiB'),
  transformed((text) => parseBytes(text, 'the value'), 'write it as 20GiB or 512MiB'),
)

/** Started as it stands, without a shell. */
const program = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.regex(/^\/[^\p{Cc}]*[^/\p{Cc}]$/u, 'write the whole path of a program, without arguments'),
)

const recipientForm = 'write a recipient of age: age1..., or "ssh-ed25519 AAAA..."'
const recipient = v.pipe(
  v.string(recipientForm),
  v.maxLength(4096),
  v.regex(/^(?:age1[0-9a-z]{8,}|ssh-(?:ed25519|rsa) [A-Za-z0-9+/]{16,}={0,2}(?: [^\p{Cc}]*)?)$/u, recipientForm),
)

const schema = v.strictObject({
  save: v.optional(
    v.strictObject({ every: v.optional(duration(15 * minute, day, 'write a time from 15m to 24h'), '1h') }),
    {},
  ),
  keep: v.optional(
    v.strictObject({
      /** Every snapshot that is younger than this stays. */
      all: v.optional(duration(hour, 3650 * day, 'write a time from 1h to 3650d'), '24h'),
      /** And the first of each day of these. */
      daily: v.optional(duration(day, 3650 * day, 'write a time from 1d to 3650d'), '14d'),
    }),
    {},
  ),
  /** What the snapshots of one cluster together may take; a share of the file system where it is left out. */
  maxBytes: v.optional(bytes),
  copy: v.optional(program),
  fetch: v.optional(program),
  recipients: v.optional(v.pipe(v.array(recipient), v.maxLength(64, 'name at most 64 recipients')), []),
})

/** `snapshot.yaml`, checked, with every default filled in. Times are in seconds. */
export type SnapshotConfig = Readonly<v.InferOutput<typeof schema>>

/** Where it is, and who reads it. */
interface ConfigWorld {
  readonly layout: HostLayout
  readonly files: Pick<LocalFiles, 'look' | 'read'>
  readonly ownUid: number
}

/**
 * What this host was told of snapshots; the defaults where there is no file. It names programs that are started, so that
 * nobody but root may have a hand in it. Throws `configuration`, with the field that is wrong, and `refused`.
 */
export async function readSnapshotConfig(world: ConfigWorld): Promise<SnapshotConfig> {
  const { layout, files, ownUid } = world
  const file = layout.snapshotConfiguration
  await requireGuarded(file, { look: files.look, ownUid, fileOwners: [], remedy: giveToRoot })
  const found = await files.read(file)
  return parseSnapshotConfig(found?.text ?? '', file)
}

/**
 * The configuration in YAML text; `subject` names where the text came from. Throws `configuration`.
 * @internal
 */
export function parseSnapshotConfig(text: string, subject: string): SnapshotConfig {
  const parsed = v.safeParse(schema, parseDocument(text, subject) ?? {})
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const field = v.getDotPath(issue) ?? 'the document'
  const isOurs = !issue.message.startsWith('Invalid ')
  throw new SignetError('configuration', `${subject}: ${quoteUntrusted(field)} is not right`, {
    hint: isOurs ? issue.message : 'see: man snapshot.yaml',
  })
}

function parseDocument(text: string, subject: string): unknown {
  try {
    return parseYaml(text, { strict: true, uniqueKeys: true, maxAliasCount: 0 })
  } catch (cause) {
    throw new SignetError('configuration', `${subject} is not YAML`, { hint: 'look for a wrong indentation', cause })
  }
}

function transformed(read: (text: string) => number, form: string) {
  return v.rawTransform<string, number>(({ dataset, addIssue, NEVER }) => {
    try {
      return read(dataset.value)
    } catch {
      addIssue({ message: form })
      return NEVER
    }
  })
}

import * as v from 'valibot'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'

const hexadecimal = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,64}$/))
const decimal = v.pipe(v.string(), v.regex(/^[0-9]{1,20}$/))
const moment = v.pipe(v.string(), v.isoTimestamp())
const shortText = v.pipe(v.string(), v.maxLength(512))

const formerSchema = v.object({
  name: shortText,
  /** `gone`: out of reach, and never to start again. `stood-down`: a survivor that rejoins. */
  state: v.picklist(['gone', 'stood-down']),
  addresses: v.array(shortText),
  /** What the operator said of a survivor. */
  revision: v.nullable(decimal),
  /** Of one that is gone: whether root said that it is off or fenced. */
  isConfirmed: v.boolean(),
})

const receiptSchema = v.object({
  version: v.literal(1),
  time: moment,
  name: shortText,
  address: shortText,
  source: v.object({
    kind: v.picklist(['snapshot', 'database']),
    file: shortText,
    takenAt: v.nullable(moment),
    signedBy: v.nullable(shortText),
    revision: decimal,
  }),
  /** The last one that the store had once it was restored, before anybody wrote. */
  revisionAfter: decimal,
  /** Whether revisions were raised, so that no watch hangs silently. */
  isBumped: v.boolean(),
  keys: v.nullable(v.number()),
  hashKv: v.nullable(v.number()),
  /** Null where it was not known. */
  oldClusterId: v.nullable(hexadecimal),
  newClusterId: hexadecimal,
  token: shortText,
  /** Where the member's data from before are; null where it had none. */
  aside: v.nullable(shortText),
  /** Where stores are that an earlier try began to serve from, and that were undone: clients may have written to them. */
  undone: v.optional(v.array(shortText), []),
  /** The others of the old cluster. */
  members: v.array(formerSchema),
  /** Whom to restart; it may be incomplete. */
  apiservers: v.array(shortText),
  /** Revisions that are known to be lost. */
  lostRevisions: decimal,
  /** At most so many writes stood in this member's log alone, and are lost; null where nothing tells. */
  logWrites: v.optional(v.nullable(v.number()), null),
  steps: v.array(v.object({ id: v.string(), title: v.string(), durationMs: v.number() })),
})

/** What a recovery did: kept on the host, for whoever rejoins and for doctor. */
export type RecoverReceipt = Readonly<v.InferOutput<typeof receiptSchema>>

/** One of the old cluster's other members, as the receipt has it. */
export type ReceiptMember = RecoverReceipt['members'][number]

type ReceiptWorld = Pick<HostWorld, 'layout' | 'files'>

/** The receipt of the last recovery on this host; undefined where there was none. */
export async function readRecoverReceipt({ layout, files }: ReceiptWorld): Promise<RecoverReceipt | undefined> {
  const file = layout.recoverReceipt
  const found = await files.read(file)
  if (found === undefined) return undefined
  const parsed = v.safeParse(receiptSchema, parseJson(found.text))
  if (parsed.success) return parsed.output
  throw new SignetError('configuration', `${file} is no receipt of a recovery`, {
    hint: `see it, and move it away: cat ${quoteShell(file)}`,
  })
}

/** Keeps the receipt on this host. */
export async function writeRecoverReceipt(receipt: RecoverReceipt, { layout, files }: ReceiptWorld): Promise<void> {
  await files.makeDirectory(layout.setupDirectory, { mode: 0o700 })
  await files.write(layout.recoverReceipt, `${JSON.stringify(receipt)}\n`, { mode: 0o600 })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

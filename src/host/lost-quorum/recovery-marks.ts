import { join } from 'node:path'
import * as v from 'valibot'
import type { LocalFiles } from '../files/local-files.ts'
import type { HostLayout } from '../host-layout.ts'

const shortText = v.pipe(v.string(), v.maxLength(512))
const clusterId = v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{1,16}$/)))
const urls = v.array(shortText)

const markerSchema = v.object({
  state: v.picklist(['stood-down', 'recovering', 'rejoining']),
  time: v.pipe(v.string(), v.isoTimestamp()),
  clusterId,
  members: v.array(v.object({ name: shortText, peerUrls: urls, clientUrls: urls })),
})

const receiptSchema = v.object({
  time: v.pipe(v.string(), v.isoTimestamp()),
  oldClusterId: clusterId,
  newClusterId: shortText,
  members: v.array(
    v.object({ name: shortText, state: shortText, addresses: v.array(shortText), isConfirmed: v.boolean() }),
  ),
})

const progressSchema = v.object({ arguments: shortText, isFinished: v.boolean() })

/** What a recovery, or the run of one, has left on a host. */
export interface RecoveryMarks {
  /** Why etcd does not start here; `unreadable` where the file is there and says nothing that is known. */
  readonly standDown: v.InferOutput<typeof markerSchema> | 'unreadable' | undefined
  /** Of the last recovery of this host. */
  readonly receipt: v.InferOutput<typeof receiptSchema> | undefined
  /** A run that was cut off, and goes on when these are typed again. */
  readonly unfinished: { readonly arguments: string } | undefined
}

/** The progress files of the runs, beside each other. */
const runs = ['stand-down.json', 'recover.json', 'rejoin.json']

/** Reads what there is, for people who look: what cannot be read is not there, and never an exception. */
export async function readRecoveryMarks(
  { standDown, recoverReceipt, setupDirectory }: HostLayout,
  files: Pick<LocalFiles, 'read'>,
): Promise<RecoveryMarks> {
  const read = async (path: string): Promise<string | undefined> =>
    files.read(path).then(
      (found) => found?.text,
      () => undefined,
    )
  const marker = await read(standDown)
  const progresses = await Promise.all(runs.map((name) => read(join(setupDirectory, name))))
  const unfinished = progresses.flatMap((text) => parse(progressSchema, text) ?? []).find((run) => !run.isFinished)
  return {
    standDown: marker === undefined ? undefined : (parse(markerSchema, lineOf(marker)) ?? 'unreadable'),
    receipt: parse(receiptSchema, await read(recoverReceipt)),
    unfinished: unfinished && { arguments: unfinished.arguments },
  }
}

// Above it stands what people read.
function lineOf(marker: string): string | undefined {
  return marker.split('\n').find((line) => line.startsWith('{'))
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string | undefined,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  return parsed.success ? (parsed.output as v.InferOutput<Schema>) : undefined
}
